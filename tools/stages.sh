#!/usr/bin/env bash
# Runs the given make targets one after the other up to the first that fails; ends with a table of their wall times
# and the closing lines of the pytest runs in them, the last run's once more alone, as its own output ends.
set -uo pipefail
# Job control gives every stage a process group of its own, which an interrupted run can end as a whole.
set -m

logs=.build/logs
mkdir -p "$logs"
rows=()
closings=()
closing=
result=0
group=

interrupted() {
  trap '' INT TERM HUP
  # SIGINT first: it is what lets pytest take down what its fixtures started.
  for signal in INT TERM KILL; do
    kill -"$signal" -- "-$group" 2>/dev/null || break
    for _ in {1..60}; do
      kill -0 -- "-$group" 2>/dev/null || exit 143
      sleep 0.5
    done
  done
  exit 143
}

for stage in "$@"; do
  if ((result)); then
    rows+=("$(printf '%-12s %8s  %s' "$stage" - 'not run')")
    continue
  fi
  printf '\n===> %s\n' "$stage"
  started=$SECONDS
  make "$stage" 2>&1 </dev/null | tee -i "$logs/$stage.log" &
  group=$(jobs -p %%)
  trap interrupted INT TERM HUP
  wait "$!"
  result=$?
  trap - INT TERM HUP
  verdict=passed
  ((result == 0)) || verdict="FAILED (exit $result, log in $logs/$stage.log)"
  rows+=("$(printf '%-12s %6d s  %s' "$stage" "$((SECONDS - started))" "$verdict")")
  while IFS= read -r line; do
    closings+=("$(printf '%-12s %s' "$stage" "$line")")
    closing=$line
  done < <(sed 's/\x1b\[[0-9;]*m//g' "$logs/$stage.log" | grep -E '^=+ .*[0-9]+ (passed|failed|error|skipped).* in [0-9.]+s.* =+$')
done

printf '\n%-12s %8s  %s\n' stage 'wall time' result
printf '%s\n' "${rows[@]}"
printf '%-12s %6d s\n\n' total "$SECONDS"
((${#closings[@]} == 0)) || printf '%s\n' "${closings[@]}"
if ((result == 0)) && [[ -n $closing ]]; then
  printf '%s\n' "$closing"
fi
exit "$result"
