// SPDX-License-Identifier: MIT
#pragma once

class QApplication;

namespace hmr {

/// Asks for OpenGL 3.3 core with 24 bits of depth for all windows. To be called before the application is made.
void requestOpenGl();

/// A dark, neutral look in which the colours of a picture are judged fairly.
void applyLook(QApplication& application);

}  // namespace hmr
