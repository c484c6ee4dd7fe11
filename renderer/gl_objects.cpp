// SPDX-License-Identifier: MIT
#include "renderer/gl_objects.h"

#include <string_view>

#include "body/error.h"
#include "renderer/shader_sources.h"

namespace hmr {
namespace {

template <typename Name, typename Generate>
Name generated(Generate generate) {
    GLuint name = 0;
    generate(1, &name);
    return Name(name);
}

GLuint compiledShader(GLenum type, const std::string& file, const std::string& defines) {
    const std::string text = "#version 330 core\n" + defines + std::string(shaderSource(file));
    const GLuint shader = glCreateShader(type);
    const char* source = text.c_str();
    glShaderSource(shader, 1, &source, nullptr);
    glCompileShader(shader);
    GLint compiled = GL_FALSE;
    glGetShaderiv(shader, GL_COMPILE_STATUS, &compiled);
    if (compiled) return shader;
    std::string log(4096, '\0');
    GLsizei length = 0;
    glGetShaderInfoLog(shader, static_cast<GLsizei>(log.size()), &length, log.data());
    log.resize(length);
    glDeleteShader(shader);
    throw Error("The graphics driver does not compile the shader " + file + ": " + log);
}

}  // namespace

GlBuffer makeBuffer() {
    return generated<GlBuffer>([](GLsizei n, GLuint* names) { glGenBuffers(n, names); });
}
GlTexture makeTexture() {
    return generated<GlTexture>([](GLsizei n, GLuint* names) { glGenTextures(n, names); });
}
GlVertexArray makeVertexArray() {
    return generated<GlVertexArray>([](GLsizei n, GLuint* names) { glGenVertexArrays(n, names); });
}

GlProgram::GlProgram(const std::string& vertexFile, const std::string& fragmentFile, const std::string& defines)
    : program_(glCreateProgram()) {
    for (const auto& [type, file] : {std::pair{GL_VERTEX_SHADER, &vertexFile}, {GL_FRAGMENT_SHADER, &fragmentFile}}) {
        const GLuint shader = compiledShader(type, *file, defines);
        glAttachShader(program_.name(), shader);
        glDeleteShader(shader);  // the program keeps it
    }
    glLinkProgram(program_.name());
    GLint linked = GL_FALSE;
    glGetProgramiv(program_.name(), GL_LINK_STATUS, &linked);
    if (linked) return;
    std::string log(4096, '\0');
    GLsizei length = 0;
    glGetProgramInfoLog(program_.name(), static_cast<GLsizei>(log.size()), &length, log.data());
    log.resize(length);
    throw Error("The graphics driver does not link " + vertexFile + " and " + fragmentFile + ": " + log);
}

GLint GlProgram::location(const char* uniform) {
    const auto [entry, isNew] = locations_.try_emplace(uniform, -1);
    if (isNew) entry->second = glGetUniformLocation(program_.name(), uniform);
    return entry->second;
}

RenderTarget::RenderTarget(int width, int height, int samples, GLenum colorFormat)
    : width_(width),
      height_(height),
      color_(generated<GlRenderbuffer>([](GLsizei n, GLuint* names) { glGenRenderbuffers(n, names); })),
      depth_(generated<GlRenderbuffer>([](GLsizei n, GLuint* names) { glGenRenderbuffers(n, names); })),
      framebuffer_(generated<GlFramebuffer>([](GLsizei n, GLuint* names) { glGenFramebuffers(n, names); })) {
    while (glGetError() != GL_NO_ERROR) {
    }
    glBindRenderbuffer(GL_RENDERBUFFER, color_.name());
    glRenderbufferStorageMultisample(GL_RENDERBUFFER, samples, colorFormat, width, height);
    glBindRenderbuffer(GL_RENDERBUFFER, depth_.name());
    glRenderbufferStorageMultisample(GL_RENDERBUFFER, samples, GL_DEPTH_COMPONENT24, width, height);
    glBindFramebuffer(GL_FRAMEBUFFER, framebuffer_.name());
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, color_.name());
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_DEPTH_ATTACHMENT, GL_RENDERBUFFER, depth_.name());
    if (glGetError() != GL_NO_ERROR || glCheckFramebufferStatus(GL_FRAMEBUFFER) != GL_FRAMEBUFFER_COMPLETE)
        throw Error("The graphics driver gives no picture of " + std::to_string(width) + "x" + std::to_string(height) +
                    " pixels with " + std::to_string(samples) + " samples; use a smaller picture or fewer samples");
}

}  // namespace hmr
