// SPDX-License-Identifier: MIT
#include "formats/motion/figure_extras.h"

#include <cstring>
#include <nlohmann/json.hpp>

namespace hmr {
namespace {

/// RFC 4648.
std::string base64(const std::vector<float>& values) {
    constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i) group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i) text += at + i > bytes.size() ? '=' : kDigits[group >> (18 - 6 * i) & 63];
    }
    return text;
}

}  // namespace

nlohmann::json figureExtras(const AnimatedFigure& animated) {
    const MotionOrigin& origin = animated.origin;
    std::vector<float> pose, translation;
    for (const SharedSample& sample : origin.samples) {
        for (const double value : sample->body.pose.reshaped<Eigen::RowMajor>()) pose.push_back(static_cast<float>(value));
        for (const double value : sample->body.translation) translation.push_back(static_cast<float>(value));
    }
    return {{"body_model", animated.modelId},
            {"betas", std::vector<double>(animated.betas.begin(), animated.betas.end())},
            {"frame_rate", animated.frameRate},
            {"first_frame", animated.firstFrame},
            {"source", origin.source},
            {"first_source_frame", origin.firstSourceFrame},
            {"camera", {{"width", origin.width}, {"height", origin.height}, {"focal_length", origin.focalLength}}},
            {"num_frames", origin.samples.size()},
            {"pose", base64(pose)},
            {"translation", base64(translation)}};
}

}  // namespace hmr
