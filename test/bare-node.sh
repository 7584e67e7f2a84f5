#!/bin/sh
# Runs a test file with the node named in BARE_NODE, without the options that tap puts before it; see
# bare-node.ts. Code (-e), by which tap watches over `tap build`, runs as it is.
if [ "$1" != -e ]; then
  while case $1 in -*) ;; *) false ;; esac; do shift; done
  unset NODE_OPTIONS
fi
exec "$BARE_NODE" --enable-source-maps "$@"
