#!/usr/bin/env bash
# Makes the virtual environment $1 hold exactly what requirements-dev.txt names.
set -euo pipefail

venv=$1
requirements=requirements-dev.txt
# Two at once would take each other's files away; the second one finds the first one's work done.
mkdir -p .build
exec 9>.build/venv.lock
if ! flock --nonblock 9; then
  echo "Waiting for another run that makes $venv." >&2
  flock --timeout 1800 9 || { echo "Another run has made $venv for half an hour; end it and try again." >&2; exit 1; }
  if [[ $venv/.complete -nt $requirements && $venv/.complete -nt $0 ]]; then
    exit 0
  fi
fi

fits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

if ! "$venv/bin/python" -c "$fits" 2>/dev/null; then
  for candidate in python3 python3.13 python3.12 python3.11 ''; do
    [[ -n $candidate ]] || break
    "$candidate" -c "$fits; import ensurepip" 2>/dev/null && break
  done
  if [[ -z $candidate ]]; then
    echo "ansible-core 2.19 needs Python 3.11, 3.12 or 3.13 with the venv module;" \
      "python3 here is $(python3 --version 2>&1 || true). Install python3.11 and python3.11-venv." >&2
    exit 1
  fi
  "$candidate" -m venv --clear "$venv"
fi

"$venv/bin/python" -m pip install --quiet --no-input --disable-pip-version-check --requirement "$requirements"
"$venv/bin/python" -m pip check
touch "$venv/.complete"
