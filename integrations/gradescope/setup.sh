#!/usr/bin/env bash
# Gradescope runs this once, when the autograder's image is built: it installs grader into an environment of its own.
# The wheel lies beside this script, or WHEEL names what pip installs.
set -euo pipefail
root=${AUTOGRADER:-/autograder}
source=${SOURCE:-$root/source}
python=${PYTHON:-python3}
if ! "$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    apt-get update -qq
    apt-get install -qq -y python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv "$root/venv"
"$root/venv/bin/python" -m pip install --quiet --disable-pip-version-check "${WHEEL:-$(echo "$source"/grader-*.whl)}"
"$root/venv/bin/grader" check "$source/problems"
