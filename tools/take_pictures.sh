#!/bin/sh
# The pictures of pages in the README and in docs/, taken by headless Chromium: sh tools/take_pictures.sh
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
take() { # file, page, width, height
    chromium --headless --no-sandbox --hide-scrollbars --window-size="$3,$4" --screenshot="$PWD/docs/pictures/$1.png" \
        "file://$2" 2> /dev/null
}
.venv/bin/grader key problems/class-notes/convolution-stride-1.yaml --format html --out "$work" > /dev/null
.venv/bin/grader grade submissions/notes.yaml --feedback html --out "$work" > /dev/null || true
.venv/bin/python -m tests.report.cohort 60 > "$work/class.jsonl"
.venv/bin/grader grade "$work/class.jsonl" --feedback html --out "$work/class" > /dev/null
.venv/bin/grader report "$work/class" > /dev/null
take key "$work/key/convolution-stride-1.html" 820 1760
take feedback "$work/feedback/notes.html" 820 1300
take report "$work/class/report.html" 1000 1100
