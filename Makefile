# make grade   grade the sample class in the sandbox and print its table
# make test    everything that must pass before a change lands
# make oracles compare the references with PyTorch too, which is a large download
# make mutants change the references in small ways and see whether the hidden tests notice (minutes)
# make pairs   the same with 200 random mutants per module, two changes at once among them (minutes)
# make noise   see whether right code passes however its last bits are rounded (minutes)
# make pictures draw the pictures of the lessons again, from the references
# make models  train the small models of `kata show` again (about 20 minutes)
# make help    this list
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
GRADES := build/grades

.PHONY: help grade test oracles mutants pairs noise pictures models clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

grade: $(VENV)/instructor
	@$(BIN)/python -m grader run examples/submitted --out $(GRADES)

# A file stays on one core: its fixtures grade whole classes, and are to do so once. Files are begun
# in the order of `tests/grader/conftest.py`, and not by how many tests they hold.
test: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	MYPYPATH=grader/sandbox/inside $(BIN)/mypy $(filter-out %/__init__.py,$(wildcard grader/sandbox/inside/*.py))
	$(BIN)/python -m grader check
	$(BIN)/python -m pytest tests -q -W error --timeout 300 -n auto --dist loadfile --no-loadscope-reorder

oracles: $(VENV)/dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[oracle]'
	$(BIN)/python -m pytest tests/oracles -q -W error --timeout 300

mutants: $(VENV)/dev
	$(BIN)/python -m grader mutants

pairs: $(VENV)/dev
	$(BIN)/python -m grader mutants --pairs 200

noise: $(VENV)/dev
	$(BIN)/python -m grader noise

pictures: $(VENV)/dev
	$(BIN)/python -m docs.pictures

# One thread: the networks are so small that more of them only wait for each other.
models: $(VENV)/dev
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.nanogpt
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m training.ddpm

# One marker file per kind of installation: a second `make` installs nothing again.
$(VENV)/instructor: pyproject.toml | $(VENV)/made
	@echo "installing the grader into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[instructor]'
	@touch $@

$(VENV)/dev: pyproject.toml | $(VENV)/made
	@echo "installing the development tools into $(VENV) …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[instructor,dev]'
	@touch $@ $(VENV)/instructor

$(VENV)/made:
	@command -v $(PYTHON) >/dev/null || { \
	  echo "make: $(PYTHON) not found; install Python 3.11 or newer, or say make PYTHON=…"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "make: $$($(PYTHON) --version) is too old; Python 3.11 or newer is needed:" \
	    "make PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "make: this Python cannot make virtual environments; on Debian and Ubuntu:" \
	    "apt install python3-venv"; exit 2; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache
