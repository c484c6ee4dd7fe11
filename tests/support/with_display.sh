#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a window test on the display there is, or on a virtual one.
export QT_QPA_PLATFORM=xcb LIBGL_ALWAYS_SOFTWARE=1
if [ -n "$DISPLAY" ]; then exec "$@"; fi
exec xvfb-run -a -s "-screen 0 1600x1200x24" "$@"
