#!/bin/sh
# pack_content.sh CONTENT_FOLDER OUTPUT: the tree as .tar, byte for byte the same for the same files on any machine. It stays unpacked, so
# that a program which needs ten of its files reads ten (docs/decisions/2026-11-29-compiled-rules.md).
# The examples stay behind: they are for the test suite. Hidden files and editors' backups are not content.
set -eu
test -d "$1" || { echo "there is no folder $1 to pack" >&2; exit 1; }
tar --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=a-st,u=rwX,go=rX \
  --no-wildcards-match-slash --exclude=examples --exclude='.[!.]*' --exclude='*~' \
  -C "$1" -cf "$2.tmp" .
mv -f "$2.tmp" "$2"
