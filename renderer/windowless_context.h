// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <string>

namespace hmr {

/// An OpenGL 3.3 core context with no window system: EGL on Mesa's surfaceless platform, or on the first device that
/// has one. Current on the thread that makes it, for its lifetime.
class WindowlessContext {
public:
    /// Throws Error that says what EGL answered and which package helps.
    WindowlessContext();
    ~WindowlessContext();
    WindowlessContext(const WindowlessContext&) = delete;
    WindowlessContext& operator=(const WindowlessContext&) = delete;

    /// "4.5 (Core Profile) Mesa 22.3.6, llvmpipe (…)"
    std::string description() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr
