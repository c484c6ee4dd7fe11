// SPDX-License-Identifier: MIT
#pragma once
#include <epoxy/gl.h>

#include <Eigen/Core>
#include <string>
#include <unordered_map>
#include <utility>

namespace hmr {

/// Owns the name of an OpenGL object; to be dropped while its context is current.
template <void (*destroy)(GLuint)>
class GlName {
public:
    GlName() = default;
    explicit GlName(GLuint name) : name_(name) {}
    GlName(GlName&& other) noexcept : name_(std::exchange(other.name_, 0)) {}
    GlName& operator=(GlName&& other) noexcept {
        std::swap(name_, other.name_);
        return *this;
    }
    ~GlName() {
        if (name_ != 0) destroy(name_);
    }
    GLuint name() const { return name_; }

private:
    GLuint name_ = 0;
};

inline void destroyBuffer(GLuint name) {
    glDeleteBuffers(1, &name);
}
inline void destroyTexture(GLuint name) {
    glDeleteTextures(1, &name);
}
inline void destroyVertexArray(GLuint name) {
    glDeleteVertexArrays(1, &name);
}
inline void destroyFramebuffer(GLuint name) {
    glDeleteFramebuffers(1, &name);
}
inline void destroyRenderbuffer(GLuint name) {
    glDeleteRenderbuffers(1, &name);
}
inline void destroyProgram(GLuint name) {
    glDeleteProgram(name);
}

using GlBuffer = GlName<destroyBuffer>;
using GlTexture = GlName<destroyTexture>;
using GlVertexArray = GlName<destroyVertexArray>;
using GlFramebuffer = GlName<destroyFramebuffer>;
using GlRenderbuffer = GlName<destroyRenderbuffer>;

GlBuffer makeBuffer();
GlTexture makeTexture();
GlVertexArray makeVertexArray();

/// A linked pair of shaders of shaders/.
class GlProgram {
public:
    /// `defines`: lines that follow #version, such as "#define TEXTURED\n". Throws Error with the driver's log.
    GlProgram(const std::string& vertexFile, const std::string& fragmentFile, const std::string& defines = {});

    void use() const { glUseProgram(program_.name()); }
    void set(const char* uniform, int value) { glUniform1i(location(uniform), value); }
    void set(const char* uniform, float value) { glUniform1f(location(uniform), value); }
    void set(const char* uniform, const Eigen::Vector2f& v) { glUniform2fv(location(uniform), 1, v.data()); }
    void set(const char* uniform, const Eigen::Vector3f& v) { glUniform3fv(location(uniform), 1, v.data()); }
    void set(const char* uniform, const Eigen::Vector4f& v) { glUniform4fv(location(uniform), 1, v.data()); }
    void set(const char* uniform, const Eigen::Matrix3f& m) {
        glUniformMatrix3fv(location(uniform), 1, GL_FALSE, m.data());
    }
    void set(const char* uniform, const Eigen::Matrix4f& m) {
        glUniformMatrix4fv(location(uniform), 1, GL_FALSE, m.data());
    }
    GLint location(const char* uniform);

private:
    GlName<destroyProgram> program_;
    std::unordered_map<std::string, GLint> locations_;
};

/// A framebuffer with one colour and one depth buffer, kept between pictures of one size.
class RenderTarget {
public:
    /// `samples` 0: no multisampling. Throws Error when the driver refuses the size or the format.
    RenderTarget(int width, int height, int samples, GLenum colorFormat);

    int width() const { return width_; }
    int height() const { return height_; }
    GLuint framebuffer() const { return framebuffer_.name(); }

private:
    int width_, height_;
    GlRenderbuffer color_, depth_;
    GlFramebuffer framebuffer_;
};

}  // namespace hmr
