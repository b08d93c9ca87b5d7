"""The engine as a relocatable archive, laid out as those of the real programs."""
