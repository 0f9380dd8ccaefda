#!/bin/sh
# Prints a Python of 3.12 or newer, or tells how to get one. PYTHON=/path/to/python chooses another.
# A name that is found may still not run (pyenv's shims do so for versions that are not chosen here).
set -eu

good() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

if [ -n "${PYTHON:-}" ]; then
    if good "$PYTHON"; then echo "$PYTHON"; exit 0; fi
    echo "PYTHON is set to $PYTHON, which is no Python of 3.12 or newer. Unset it or set another." >&2
    exit 1
fi
for candidate in python3.13 python3.12 python3.14 python3 python \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[2-9]*/bin/python3 \
    /opt/homebrew/bin/python3 /usr/local/bin/python3 \
    /Library/Frameworks/Python.framework/Versions/3.1[2-9]/bin/python3; do
    if good "$candidate"; then echo "$candidate"; exit 0; fi
done

found=$(python3 --version 2>/dev/null || echo "no python3")
{
    echo "Jieban needs Python 3.12 or newer; here is $found."
    echo "What to do:"
    echo "  Debian 13, Ubuntu 24.04 or newer:  apt-get install python3 python3-venv"
    echo "  older Debian or Ubuntu:            install Python 3.13 with pyenv or uv"
    echo "  macOS:                             brew install python@3.13"
    echo "A Python somewhere else:             make setup PYTHON=/path/to/python3"
} >&2
exit 1
