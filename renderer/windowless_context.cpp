// SPDX-License-Identifier: MIT
#include "renderer/windowless_context.h"

#include <epoxy/egl.h>
#include <epoxy/gl.h>

#include <array>
#include <utility>
#include <vector>

#include "body/error.h"

namespace hmr {
namespace {

std::string eglErrorName() {
    const EGLint code = eglGetError();
    static constexpr std::array<const char*, 15> names = {
        "EGL_SUCCESS",       "EGL_NOT_INITIALIZED", "EGL_BAD_ACCESS",        "EGL_BAD_ALLOC",
        "EGL_BAD_ATTRIBUTE", "EGL_BAD_CONFIG",      "EGL_BAD_CONTEXT",       "EGL_BAD_CURRENT_SURFACE",
        "EGL_BAD_DISPLAY",   "EGL_BAD_MATCH",       "EGL_BAD_NATIVE_PIXMAP", "EGL_BAD_NATIVE_WINDOW",
        "EGL_BAD_PARAMETER", "EGL_BAD_SURFACE",     "EGL_CONTEXT_LOST"};
    const auto index = static_cast<std::size_t>(code - EGL_SUCCESS);
    return index < names.size() ? names[index] : "error " + std::to_string(code);
}

constexpr const char* kAdvice =
    "; expected an OpenGL 3.3 driver that needs no window: install the packages libegl1 and libgl1-mesa-dri";

/// The displays to try: Mesa's surfaceless platform first, then every device that EGL lists.
std::vector<EGLDisplay> candidateDisplays() {
    std::vector<EGLDisplay> displays;
    if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_MESA_platform_surfaceless"))
        displays.push_back(eglGetPlatformDisplayEXT(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr));
    if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_device") &&
        (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_device_enumeration") ||
         epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_device_base"))) {
        std::array<EGLDeviceEXT, 16> devices{};
        EGLint numDevices = 0;
        if (eglQueryDevicesEXT(static_cast<EGLint>(devices.size()), devices.data(), &numDevices))
            for (EGLint i = 0; i < numDevices; ++i)
                displays.push_back(eglGetPlatformDisplayEXT(EGL_PLATFORM_DEVICE_EXT, devices[i], nullptr));
    }
    return displays;
}

struct CurrentContext {
    EGLDisplay display = EGL_NO_DISPLAY;
    EGLContext context = EGL_NO_CONTEXT;
    EGLSurface surface = EGL_NO_SURFACE;
};

void destroy(const CurrentContext& current) {
    eglMakeCurrent(current.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (current.surface != EGL_NO_SURFACE) eglDestroySurface(current.display, current.surface);
    if (current.context != EGL_NO_CONTEXT) eglDestroyContext(current.display, current.context);
}

/// A configuration that can do a pbuffer, for drivers that want one; null when none is needed or there is none.
EGLConfig pbufferConfig(EGLDisplay display) {
    const EGLint attributes[] = {EGL_SURFACE_TYPE, EGL_PBUFFER_BIT, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    EGLConfig config = nullptr;
    EGLint numConfigs = 0;
    return eglChooseConfig(display, attributes, &config, 1, &numConfigs) && numConfigs > 0 ? config : nullptr;
}

/// Makes a context on this display current; a sentence about what failed otherwise.
std::string makeCurrent(EGLDisplay display, CurrentContext& result) {
    EGLint major = 0, minor = 0;
    if (display == EGL_NO_DISPLAY || !eglInitialize(display, &major, &minor))
        return "the display does not initialise (" + eglErrorName() + ")";
    if (!eglBindAPI(EGL_OPENGL_API)) return "the driver has no desktop OpenGL (" + eglErrorName() + ")";
    const bool canDoWithoutConfig = epoxy_has_egl_extension(display, "EGL_KHR_no_config_context") ||
                                    epoxy_has_egl_extension(display, "EGL_MESA_configless_context");
    const bool canDoWithoutSurface = epoxy_has_egl_extension(display, "EGL_KHR_surfaceless_context");
    const EGLConfig config = canDoWithoutConfig && canDoWithoutSurface ? nullptr : pbufferConfig(display);
    const EGLint attributes[] = {
        EGL_CONTEXT_MAJOR_VERSION,           3,       EGL_CONTEXT_MINOR_VERSION, 3, EGL_CONTEXT_OPENGL_PROFILE_MASK,
        EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT, EGL_NONE};
    CurrentContext current{display, eglCreateContext(display, config, EGL_NO_CONTEXT, attributes)};
    if (current.context == EGL_NO_CONTEXT) return "no OpenGL 3.3 core context (" + eglErrorName() + ")";
    if (!canDoWithoutSurface) {
        const EGLint size[] = {EGL_WIDTH, 1, EGL_HEIGHT, 1, EGL_NONE};
        current.surface = eglCreatePbufferSurface(display, config, size);
    }
    if (!eglMakeCurrent(display, current.surface, current.surface, current.context)) {
        const std::string reason = "the context cannot be made current (" + eglErrorName() + ")";
        destroy(current);
        return reason;
    }
    result = current;
    return {};
}

}  // namespace

struct WindowlessContext::Implementation {
    CurrentContext current;
    ~Implementation() { destroy(current); }  // the display stays: other threads' contexts share it
};

WindowlessContext::WindowlessContext() {
    if (!epoxy_has_egl()) throw Error(std::string("No EGL library (libEGL.so.1) was found") + kAdvice);
    const std::vector<EGLDisplay> displays = candidateDisplays();
    std::string reason = "it offers neither a surfaceless platform nor devices";
    CurrentContext current;
    for (const EGLDisplay display : displays) {
        reason = makeCurrent(display, current);
        if (reason.empty()) break;
    }
    if (!reason.empty()) throw Error("EGL gives no OpenGL context without a window: " + reason + kAdvice);
    implementation_ = std::make_unique<Implementation>();
    implementation_->current = current;
}

WindowlessContext::~WindowlessContext() = default;

std::string WindowlessContext::description() const {
    const auto text = [](GLenum name) {
        const GLubyte* value = glGetString(name);
        return value ? std::string(reinterpret_cast<const char*>(value)) : std::string("unknown");
    };
    return text(GL_VERSION) + ", " + text(GL_RENDERER);
}

}  // namespace hmr
