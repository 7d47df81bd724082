#!/bin/sh
# Have a browser for the tests: one on PATH, else Debian's Chromium where we may install it.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  echo "installing Chromium for the browser tests"
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get install -qq --no-install-recommends -y chromium fonts-dejavu-core) >/dev/null && exit 0
fi
echo "no Chromium on PATH and it cannot be installed here: the browser tests will be skipped" >&2
