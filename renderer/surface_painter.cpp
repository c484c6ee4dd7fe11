// SPDX-License-Identifier: MIT
#include "renderer/surface_painter.h"

#include <algorithm>
#include <string>

#include "body/error.h"
#include "renderer/part_palette.h"

namespace hmr {
namespace {

constexpr std::size_t kMaxLights = 8;  ///< as in surface.frag
enum Attribute : GLuint { kPosition, kNormal, kColor, kTextureCoordinate, kPartLabel, kEdgeLength };

bool isDrawable(const SceneMesh& mesh) {
    return mesh.positions && mesh.triangles && mesh.positions->rows() > 0 && mesh.triangles->rows() > 0;
}

bool isTextured(const SceneMesh& mesh) {
    return mesh.texture && !mesh.texture->empty() && mesh.textureCoordinates;
}

bool needsNormals(SurfacePainter::Output output) {
    return output == SurfacePainter::Output::Lit || output == SurfacePainter::Output::Normals ||
           output == SurfacePainter::Output::PartColors;
}

SurfacePainter::Output outputOf(const SceneMesh& mesh) {
    return static_cast<SurfacePainter::Output>(mesh.style);
}

void requireRows(const char* what, Eigen::Index rows, const SceneMesh& mesh) {
    if (rows != mesh.positions->rows())
        throw Error(std::string("A mesh to draw has ") + std::to_string(mesh.positions->rows()) + " vertices but " +
                    std::to_string(rows) + " " + what + "; expected one for each vertex");
}

void bindFloats(GLuint attribute, GLuint buffer, GLint count) {
    glBindBuffer(GL_ARRAY_BUFFER, buffer);
    glEnableVertexAttribArray(attribute);
    glVertexAttribPointer(attribute, count, GL_FLOAT, GL_FALSE, 0, nullptr);
}

void setLights(GlProgram& program, const Scene& scene) {
    const std::size_t numLights = std::min(scene.lights.size(), kMaxLights);
    Eigen::Matrix<float, 3, kMaxLights> directions, colors;
    for (std::size_t i = 0; i < numLights; ++i) {
        directions.col(i) = scene.lights[i].direction.normalized();
        colors.col(i) = scene.lights[i].color;
    }
    program.set("ambient", scene.ambient);
    program.set("numLights", static_cast<int>(numLights));
    glUniform3fv(program.location("lightDirections"), static_cast<GLsizei>(numLights), directions.data());
    glUniform3fv(program.location("lightColors"), static_cast<GLsizei>(numLights), colors.data());
}

void setPartColors(GlProgram& program) {
    Eigen::Matrix<float, 3, kNumPartColors> colors;
    for (int i = 0; i < kNumPartColors; ++i) colors.col(i) = partColor(i);
    glUniform3fv(program.location("partColors"), kNumPartColors, colors.data());
}

/// Target pixels of a metre at the figure's depth.
float pixelsPerMetre(const FigureView& view, const Scene& scene, const Viewport& viewport) {
    return static_cast<float>(view.focalLength / std::max(view.centerDepth, view.nearest) * viewport.width / scene.width);
}

void setCulling(const SceneMesh& mesh) {
    if (mesh.cullBackfaces)
        glEnable(GL_CULL_FACE);
    else
        glDisable(GL_CULL_FACE);
}

}  // namespace

GlProgram& SurfacePainter::program(Output output, bool textured) {
    const auto found = programs_.find({output, textured});
    if (found != programs_.end()) return found->second;
    static constexpr const char* kNames[] = {"LIT", "NORMALS", "PART_COLORS", "FLAT", "PART_LABELS", "PICK", "WIREFRAME"};
    std::string defines = std::string("#define ") + kNames[static_cast<int>(output)] + "\n";
    if (textured) defines += "#define TEXTURED\n";
    return programs_.try_emplace({output, textured}, "surface.vert", "surface.frag", defines).first->second;
}

void SurfacePainter::bindAttributes(GpuCache& cache, const SceneMesh& mesh, Output output) {
    glBindVertexArray(vertexArray_.name());
    for (const GLuint attribute : {kNormal, kColor, kTextureCoordinate, kPartLabel, kEdgeLength})
        glDisableVertexAttribArray(attribute);
    const auto floats = [&](GLuint attribute, const auto& shared, const char* what) {
        requireRows(what, shared->rows(), mesh);
        bindFloats(attribute, cache.vertices(shared, shared->data(), sizeof(float) * shared->size()),
                   static_cast<GLint>(shared->cols()));
    };
    floats(kPosition, mesh.positions, "positions");
    if (needsNormals(output)) {
        if (mesh.normals)
            floats(kNormal, mesh.normals, "normals");
        else
            bindFloats(kNormal, cache.computedNormals(mesh.positions, mesh.triangles), 3);
    }
    if (output == Output::Wireframe) bindFloats(kEdgeLength, cache.edgeLengths(mesh.positions, mesh.triangles), 1);
    if (mesh.colors)
        floats(kColor, mesh.colors, "colours");
    else if (isTextured(mesh))
        glVertexAttrib3f(kColor, 1, 1, 1);
    else
        glVertexAttrib3fv(kColor, mesh.color.data());
    if (isTextured(mesh)) floats(kTextureCoordinate, mesh.textureCoordinates, "texture coordinates");
    if (mesh.partLabels) {
        requireRows("part labels", static_cast<Eigen::Index>(mesh.partLabels->size()), mesh);
        glBindBuffer(GL_ARRAY_BUFFER,
                     cache.vertices(mesh.partLabels, mesh.partLabels->data(), mesh.partLabels->size()));
        glEnableVertexAttribArray(kPartLabel);
        glVertexAttribIPointer(kPartLabel, 1, GL_UNSIGNED_BYTE, 0, nullptr);
    } else {
        glVertexAttribI4ui(kPartLabel, 0, 0, 0, 0);
    }
}

GlProgram& SurfacePainter::prepare(GpuCache& cache, const Pass& pass, const SceneMesh& mesh, Output output) {
    if (isTextured(mesh)) glBindTexture(GL_TEXTURE_2D, cache.texture(mesh.texture, true));
    bindAttributes(cache, mesh, output);
    const GpuCache::Topology topology = cache.topology(mesh.triangles);
    if (topology.largestIndex >= static_cast<std::uint32_t>(mesh.positions->rows()))
        throw Error("A mesh to draw has " + std::to_string(mesh.positions->rows()) +
                    " vertices but a triangle names vertex " + std::to_string(topology.largestIndex));
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, topology.buffer);
    GlProgram& shader = program(output, isTextured(mesh));
    shader.use();
    shader.set("clipFromModel", pass.clipFromModel);
    shader.set("viewRotation", Eigen::Matrix3f(pass.view.viewFromModel.linear().cast<float>()));
    shader.set("viewTranslation", Eigen::Vector3f(pass.view.viewFromModel.translation().cast<float>()));
    shader.set("opacity", std::clamp(mesh.opacity, 0.0f, 1.0f));
    shader.set("partLabelOffset", mesh.partLabels ? mesh.partLabelOffset : 0);
    if (isTextured(mesh)) shader.set("surfacePicture", 0);
    if (output == Output::Lit) {
        setLights(shader, pass.scene);
        shader.set("specular", mesh.specular);
    } else if (output == Output::PartColors) {
        setPartColors(shader);
    } else if (output == Output::Wireframe) {
        shader.set("pixelsPerMetre", pixelsPerMetre(pass.view, pass.scene, pass.viewport));
    }
    return shader;
}

void SurfacePainter::drawTriangles(GpuCache& cache, const Pass& pass, const SceneMesh& mesh, Output output) {
    prepare(cache, pass, mesh, output);
    setCulling(mesh);
    glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(mesh.triangles->size()), GL_UNSIGNED_INT, nullptr);
}

void SurfacePainter::drawWireframe(GpuCache& cache, const Pass& pass, const SceneMesh& mesh) {
    SceneMesh lines = mesh;
    lines.color = Eigen::Vector3f(0.08f, 0.10f, 0.14f);
    lines.colors = nullptr;
    lines.texture = nullptr;
    prepare(cache, pass, lines, Output::Wireframe);
    setCulling(mesh);
    glEnable(GL_BLEND);
    glDepthMask(GL_FALSE);
    glEnable(GL_POLYGON_OFFSET_LINE);
    glPolygonOffset(-1, -2);
    glPolygonMode(GL_FRONT_AND_BACK, GL_LINE);
    glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(mesh.triangles->size()), GL_UNSIGNED_INT, nullptr);
    glPolygonMode(GL_FRONT_AND_BACK, GL_FILL);
    glDisable(GL_POLYGON_OFFSET_LINE);
    glDepthMask(GL_TRUE);
    glDisable(GL_BLEND);
}

void SurfacePainter::paint(GpuCache& cache, const Scene& scene, const SceneFigure& figure, const FigureView& view,
                           const Viewport& viewport) {
    const Pass pass{scene, view, viewport, view.clipFromModel(scene, viewport)};
    const auto isLayer = [](const SceneMesh& mesh) { return mesh.opacity < 1; };
    const auto forEach = [&](bool layers, auto&& action) {
        for (const SceneMesh& mesh : figure.meshes)
            if (isDrawable(mesh) && isLayer(mesh) == layers && mesh.opacity > 0) action(mesh);
    };
    glDisable(GL_BLEND);
    forEach(false, [&](const SceneMesh& mesh) { drawTriangles(cache, pass, mesh, outputOf(mesh)); });
    glColorMask(GL_FALSE, GL_FALSE, GL_FALSE, GL_FALSE);
    forEach(true, [&](const SceneMesh& mesh) { drawTriangles(cache, pass, mesh, Output::Flat); });
    glColorMask(GL_TRUE, GL_TRUE, GL_TRUE, GL_TRUE);
    glEnable(GL_BLEND);
    forEach(true, [&](const SceneMesh& mesh) { drawTriangles(cache, pass, mesh, outputOf(mesh)); });
    glDisable(GL_BLEND);
    for (const SceneMesh& mesh : figure.meshes)
        if (isDrawable(mesh) && mesh.wireframe && mesh.opacity > 0) drawWireframe(cache, pass, mesh);
}

void SurfacePainter::paintPartLabels(GpuCache& cache, const Scene& scene, const SceneFigure& figure,
                                     const FigureView& view, const Viewport& viewport) {
    const Pass pass{scene, view, viewport, view.clipFromModel(scene, viewport)};
    for (const SceneMesh& mesh : figure.meshes)
        if (isDrawable(mesh)) drawTriangles(cache, pass, mesh, Output::PartLabels);
}

void SurfacePainter::paintPicks(GpuCache& cache, const Scene& scene, const SceneFigure& figure, const FigureView& view,
                                const Viewport& viewport) {
    const Pass pass{scene, view, viewport, view.clipFromModel(scene, viewport)};
    for (std::size_t i = 0; i < figure.meshes.size(); ++i) {
        const SceneMesh& mesh = figure.meshes[i];
        if (!isDrawable(mesh) || mesh.pickId == 0) continue;
        GlProgram& shader = prepare(cache, pass, mesh, Output::Pick);
        glUniform1ui(shader.location("pickId"), mesh.pickId);
        glUniform1ui(shader.location("meshIndex"), static_cast<GLuint>(i));
        setCulling(mesh);
        glDrawElements(GL_TRIANGLES, static_cast<GLsizei>(mesh.triangles->size()), GL_UNSIGNED_INT, nullptr);
    }
}

}  // namespace hmr
