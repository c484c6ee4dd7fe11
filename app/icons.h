// SPDX-License-Identifier: MIT
#pragma once
#include <QIcon>

namespace hmr {

/// The window's own small pictures, drawn as outlines in the palette's text colour at any size.
enum class Glyph { Open, Folder, Camera, Play, Pause, Previous, Next, DrawBox, Detect, Delete, Reset, Undo, Redo, Export, Fit,
                   Overlay, Side, Orbit, Close };
QIcon icon(Glyph glyph);

/// The program's mark.
QIcon programIcon();

}  // namespace hmr
