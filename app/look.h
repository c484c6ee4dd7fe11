// SPDX-License-Identifier: MIT
#pragma once

class QApplication;

namespace hmr {

/// A dark, neutral look in which the colours of a picture are judged fairly.
void applyLook(QApplication& application);

}  // namespace hmr
