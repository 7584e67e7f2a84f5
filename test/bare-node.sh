#!/bin/sh
# Runs a test file with the node named in BARE_NODE, without the options that tap puts before it; see bare-node.ts.
while case $1 in -*) ;; *) false ;; esac; do shift; done
unset NODE_OPTIONS
exec "$BARE_NODE" --enable-source-maps "$@"
