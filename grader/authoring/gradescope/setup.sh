#!/usr/bin/env bash
# Gradescope runs this once, with network, when it builds the image of an assignment.
# AUTOGRADER_HOME stands in for /autograder where it is tried out elsewhere.
set -euo pipefail
home=${AUTOGRADER_HOME:-/autograder}

find_python() { # the first that is new enough and can make a virtual environment
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

if ! find_python > /dev/null; then
    apt-get update
    apt-get install -y python3-venv
fi
find_python > /dev/null || apt-get install -y python3.11-venv # where python3 is older, as in 22.04
"$(find_python)" -m venv "$home/venv"
"$home/venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$home/source[instructor]"
