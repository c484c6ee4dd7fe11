// SPDX-License-Identifier: MIT
#include "training/scenes/people_painter.h"

#include <algorithm>
#include <cmath>

namespace hmr {
namespace {

constexpr int kSamplesPerSide = 2;   ///< of a pixel
constexpr int kShadowMapSize = 160;

Surface surfaceAt(const DressedMesh& mesh, const PersonLook& look, const BodyMarks& marks, const Eigen::Vector3f& rest, BodyPart part) {
    switch (mesh.kind) {
        case DressedMesh::Kind::Body: return bodySurfaceAt(look, marks, rest, part);
        case DressedMesh::Kind::Skirt: return fabricAt(look.bottom, rest);
        case DressedMesh::Kind::Hair: return hairAt(look, rest);
    }
    return {};
}

/// A box blur of a mask, `radius` pixels to each side, twice: close to a Gaussian.
void blurMask(std::vector<float>& mask, int width, int height, int radius) {
    std::vector<float> line(static_cast<std::size_t>(std::max(width, height)));
    const auto blurLine = [&](float* values, int count, int stride) {
        for (int i = 0; i < count; ++i) line[i] = values[i * stride];
        float sum = 0;
        for (int i = -radius; i <= radius; ++i) sum += line[std::clamp(i, 0, count - 1)];
        for (int i = 0; i < count; ++i) {
            values[i * stride] = sum / static_cast<float>(2 * radius + 1);
            sum += line[std::min(i + radius + 1, count - 1)] - line[std::max(i - radius, 0)];
        }
    };
    for (int pass = 0; pass < 2; ++pass) {
        for (int y = 0; y < height; ++y) blurLine(mask.data() + static_cast<std::size_t>(y) * width, width, 1);
        for (int x = 0; x < width; ++x) blurLine(mask.data() + x, height, width);
    }
}

}  // namespace

void PeoplePainter::place(const PinholeCamera& camera, std::span<const PlacedPerson> people) {
    drawn_.clear();
    std::uint32_t nextId = 0;
    for (std::size_t i = 0; i < people.size(); ++i)
        for (const DressedMesh& mesh : people[i].person->meshes) {
            DrawnMesh drawn{&mesh, &people[i].person->look, {}, mesh.positions, nextId, static_cast<int>(i)};
            drawn.placed.rowwise() += people[i].translation.cast<float>().transpose();
            drawn.screen = screenPoints(camera, drawn.placed, kSamplesPerSide);
            nextId += static_cast<std::uint32_t>(mesh.triangles->rows());
            drawn_.push_back(std::move(drawn));
        }
}

void PeoplePainter::drawShadowMap(const LightRig& lights) {
    hasShadow_ = !lights.beams.empty() && lights.beams[0].castsShadow;
    if (!hasShadow_) return;
    // The light looks along −towardLight; a frame with z away from the light.
    const Eigen::Vector3f away = -lights.beams[0].towardLight;
    const Eigen::Vector3f helper = std::abs(away.x()) < 0.8f ? Eigen::Vector3f::UnitX() : Eigen::Vector3f::UnitZ();
    const Eigen::Vector3f side = away.cross(helper).normalized();
    shadow_.lightFromCamera << side.transpose(), away.cross(side).transpose(), away.transpose();

    Eigen::Vector3f low = Eigen::Vector3f::Constant(1e9f), high = -low;
    std::vector<Points3f> inLight;
    for (const DrawnMesh& drawn : drawn_) {
        inLight.push_back(drawn.placed * shadow_.lightFromCamera.transpose());
        low = low.cwiseMin(inLight.back().colwise().minCoeff().transpose());
        high = high.cwiseMax(inLight.back().colwise().maxCoeff().transpose());
    }
    shadow_.low = low.head<2>();
    shadow_.scale = (kShadowMapSize - 1) / std::max(0.1f, (high - low).head<2>().maxCoeff());
    shadow_.depthOffset = high.z() + 1;  // nearness = offset − z stays positive
    shadow_.buffer.clear(kShadowMapSize, kShadowMapSize);
    for (std::size_t i = 0; i < drawn_.size(); ++i) {
        Points3f& points = inLight[i];
        points.leftCols<2>() = (points.leftCols<2>().rowwise() - shadow_.low.transpose()) * shadow_.scale;
        points.col(2) = shadow_.depthOffset - points.col(2).array();
        // The frame keeps handedness, so what faces the light is front; back faces add nothing to a closed body.
        shadow_.buffer.draw(points, *drawn_[i].mesh->triangles, 0, !drawn_[i].mesh->isTwoSided);
    }
}

float PeoplePainter::keyShareAt(const Eigen::Vector3f& point) const {
    if (!hasShadow_) return 1;
    const Eigen::Vector3f inLight = shadow_.lightFromCamera * point;
    const Eigen::Vector2f place = (inLight.head<2>() - shadow_.low) * shadow_.scale;
    const float nearness = shadow_.depthOffset - inLight.z() + 0.025f;
    // Four cells, weighted by nearness to the place, soften the shadow's edge.
    const float px = place.x() - 0.5f, py = place.y() - 0.5f;
    const int x = static_cast<int>(std::floor(px)), y = static_cast<int>(std::floor(py));
    const float u = px - static_cast<float>(x), v = py - static_cast<float>(y);
    float share = 0;
    for (int corner = 0; corner < 4; ++corner) {
        const int cx = x + (corner & 1), cy = y + (corner >> 1);
        const float weight = (corner & 1 ? u : 1 - u) * (corner >> 1 ? v : 1 - v);
        const bool isOutside = cx < 0 || cy < 0 || cx >= kShadowMapSize || cy >= kShadowMapSize;
        if (isOutside || shadow_.buffer.nearness(cx, cy) <= nearness) share += weight;
    }
    return share;
}

Eigen::Vector3f PeoplePainter::sampleColor(const DrawnMesh& drawn, int x, int y, std::uint32_t triangle,
                                           const BodyMarks& marks, const LightRig& lights, std::uint8_t& part) const {
    const DressedMesh& mesh = *drawn.mesh;
    const Eigen::Vector3f weights = cornerWeights(drawn.screen, *mesh.triangles, triangle, x, y);
    const auto corners = mesh.triangles->row(triangle);
    const auto mixed = [&](const Points3f& values) -> Eigen::Vector3f {
        return (weights[0] * values.row(corners[0]) + weights[1] * values.row(corners[1]) + weights[2] * values.row(corners[2])).transpose();
    };
    int strongest = 0;
    weights.maxCoeff(&strongest);
    part = (*mesh.parts)[corners[strongest]];
    const Surface surface = surfaceAt(mesh, *drawn.look, marks, mixed(*mesh.rest), static_cast<BodyPart>(part));
    const Eigen::Vector3f point = mixed(drawn.placed), towardViewer = -point.normalized();
    Eigen::Vector3f normal = mixed(mesh.normals);
    if (mesh.isTwoSided && normal.dot(towardViewer) < 0) normal = -normal;
    normal = (normal.normalized() + surface.bump).normalized();
    return shaded(surface, normal, towardViewer, lights, keyShareAt(point));
}

void PeoplePainter::paint(const PinholeCamera& camera, std::span<const PlacedPerson> people, const BodyMarks& marks,
                          const LightRig& lights, Picture& picture, std::vector<std::uint8_t>* parts) {
    place(camera, people);
    drawShadowMap(lights);
    buffer_.clear(picture.width * kSamplesPerSide, picture.height * kSamplesPerSide);
    for (const DrawnMesh& drawn : drawn_) buffer_.draw(drawn.screen, *drawn.mesh->triangles, drawn.firstId, !drawn.mesh->isTwoSided);
    if (parts) parts->assign(static_cast<std::size_t>(picture.width) * picture.height, kNoPart);

    constexpr int kSamples = kSamplesPerSide * kSamplesPerSide;
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
            Eigen::Vector3f sum = Eigen::Vector3f::Zero();
            int covered = 0;
            std::array<int, 7> votes{};
            for (int sample = 0; sample < kSamples; ++sample) {
                const int sx = kSamplesPerSide * x + sample % kSamplesPerSide, sy = kSamplesPerSide * y + sample / kSamplesPerSide;
                const std::uint32_t id = buffer_.id(sx, sy);
                if (id == VisibilityBuffer::kNothing) continue;
                std::size_t mesh = drawn_.size() - 1;
                while (drawn_[mesh].firstId > id) --mesh;
                std::uint8_t part = kNoPart;
                sum += sampleColor(drawn_[mesh], sx, sy, id - drawn_[mesh].firstId, marks, lights, part);
                if (drawn_[mesh].person == 0) ++votes[part];
                else ++votes[kNoPart];
                ++covered;
            }
            if (covered == 0) continue;
            std::uint8_t* pixel = picture.at(x, y);
            const float behind = static_cast<float>(kSamples - covered);
            for (int channel = 0; channel < 3; ++channel)
                pixel[channel] = static_cast<std::uint8_t>((255 * sum[channel] + behind * pixel[channel]) / kSamples + 0.5f);
            if (!parts) continue;
            votes[kNoPart] += kSamples - covered;
            const auto best = std::max_element(votes.begin() + 1, votes.end());
            if (*best >= votes[kNoPart]) (*parts)[static_cast<std::size_t>(y) * picture.width + x] = static_cast<std::uint8_t>(best - votes.begin());
        }
}

void PeoplePainter::paintFloorShadow(const PinholeCamera& camera, std::span<const PlacedPerson> people, const LightRig& lights,
                                     const Eigen::Vector3f& floorPoint, float strength, Picture& picture) {
    if (lights.beams.empty()) return;
    const Eigen::Vector3f& light = lights.beams[0].towardLight;
    const float climb = light.dot(lights.up);
    if (climb < 0.2f) return;
    buffer_.clear(picture.width, picture.height);
    for (const PlacedPerson& placed : people) {
        const DressedMesh& mesh = placed.person->meshes.front();
        // Each point slides along the light onto the floor.
        Points3f flat = mesh.positions;
        const Eigen::Vector3f shift = placed.translation.cast<float>();
        for (Eigen::Index v = 0; v < flat.rows(); ++v) {
            const Eigen::Vector3f point = flat.row(v).transpose() + shift;
            flat.row(v) = (point - light * ((point - floorPoint).dot(lights.up) / climb)).transpose();
        }
        buffer_.draw(screenPoints(camera, flat, 1), *mesh.triangles, 0, false);
    }
    std::vector<float> mask(static_cast<std::size_t>(picture.width) * picture.height);
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x)
            mask[static_cast<std::size_t>(y) * picture.width + x] = buffer_.id(x, y) == VisibilityBuffer::kNothing ? 0.0f : strength;
    blurMask(mask, picture.width, picture.height, std::max(1, picture.width / 80));
    for (std::size_t i = 0; i < mask.size(); ++i)
        for (int channel = 0; channel < 3; ++channel) {
            std::uint8_t& value = picture.pixels[3 * i + static_cast<std::size_t>(channel)];
            value = static_cast<std::uint8_t>(static_cast<float>(value) * (1 - mask[i]));
        }
}

}  // namespace hmr
