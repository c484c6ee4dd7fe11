// SPDX-License-Identifier: MIT
#include "training/scenes/backdrop.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>

#include "body/error.h"
#include "formats/npz.h"
#include "training/picture_file.h"
#include "training/scenes/fabric.h"
#include "training/scenes/noise.h"

namespace hmr {
namespace {

/// Squares that together show a picture: one of a nearly square picture, else one at each end.
void cutSquares(const Picture& picture, const std::string& name, BackgroundSet& set) {
    const int shorter = std::min(picture.width, picture.height), longer = std::max(picture.width, picture.height);
    const int count = longer > shorter * 5 / 4 ? 2 : 1;
    for (int i = 0; i < count; ++i) {
        const int offset = count == 1 ? (longer - shorter) / 2 : i * (longer - shorter);
        const int left = picture.width > picture.height ? offset : 0, top = picture.width > picture.height ? 0 : offset;
        Picture square(shorter, shorter, 3);
        for (int y = 0; y < shorter; ++y) std::memcpy(square.at(0, y), picture.at(left, top + y), static_cast<std::size_t>(shorter) * 3);
        const Picture small = resized(square, set.side, set.side);
        set.pixels.insert(set.pixels.end(), small.pixels.begin(), small.pixels.end());
        set.names.push_back(name);
    }
}

/// One of many colours, darker and greyer than clothes.
Eigen::Vector3f drawWallColor(Random& random) {
    return 255 * colorFromHsv(random.uniform(), random.uniform(0, 0.6), random.uniform(0.1, 0.95));
}

void paintGradient(Random& random, Picture& picture) {
    const Eigen::Vector3f first = drawWallColor(random), second = random.chance(0.3) ? first : drawWallColor(random);
    const double angle = random.uniform(0, 2 * std::numbers::pi);
    const float dx = static_cast<float>(std::cos(angle)) / static_cast<float>(picture.width);
    const float dy = static_cast<float>(std::sin(angle)) / static_cast<float>(picture.height);
    const float noise = static_cast<float>(random.chance(0.7) ? random.uniform(5, 60) : 0);
    const float scale = static_cast<float>(random.logUniform(1.5, 20)) / static_cast<float>(picture.width);
    const int octaves = 1 + random.integer(4);
    const auto seed = static_cast<std::uint32_t>(random.next());
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
            const auto fx = static_cast<float>(x), fy = static_cast<float>(y);
            const float share = std::clamp(0.5f + (fx - 0.5f * static_cast<float>(picture.width)) * dx + (fy - 0.5f * static_cast<float>(picture.height)) * dy, 0.0f, 1.0f);
            const float grain = noise > 0 ? noise * fractalNoise({fx * scale, fy * scale, 0.3f}, octaves, seed) : 0;
            const Eigen::Vector3f color = (1 - share) * first + share * second;
            for (int c = 0; c < 3; ++c) picture.at(x, y)[c] = byteFrom(color[c] + grain);
        }
}

/// A filled rectangle or ellipse, turned and sometimes see-through, anywhere.
void paintShape(Random& random, Picture& picture) {
    const Eigen::Vector3f color = drawWallColor(random);
    const float cx = static_cast<float>(random.uniform(0, picture.width)), cy = static_cast<float>(random.uniform(0, picture.height));
    const float halfWidth = static_cast<float>(random.logUniform(0.02, 0.5)) * static_cast<float>(picture.width);
    const float halfHeight = static_cast<float>(random.logUniform(0.02, 0.5)) * static_cast<float>(picture.height);
    const double angle = random.chance(0.5) ? 0 : random.uniform(0, std::numbers::pi);
    const float cosine = static_cast<float>(std::cos(angle)), sine = static_cast<float>(std::sin(angle));
    const float opacity = static_cast<float>(random.uniform(0.4, 1));
    const bool isEllipse = random.chance(0.35);
    const int reach = static_cast<int>(std::hypot(halfWidth, halfHeight)) + 1;
    for (int y = std::max(0, static_cast<int>(cy) - reach); y < std::min(picture.height, static_cast<int>(cy) + reach); ++y)
        for (int x = std::max(0, static_cast<int>(cx) - reach); x < std::min(picture.width, static_cast<int>(cx) + reach); ++x) {
            const float dx = static_cast<float>(x) - cx, dy = static_cast<float>(y) - cy;
            const float u = (cosine * dx + sine * dy) / halfWidth, v = (cosine * dy - sine * dx) / halfHeight;
            if (isEllipse ? u * u + v * v > 1 : std::abs(u) > 1 || std::abs(v) > 1) continue;
            for (int c = 0; c < 3; ++c) {
                std::uint8_t& value = picture.at(x, y)[c];
                value = byteFrom((1 - opacity) * static_cast<float>(value) + opacity * color[c]);
            }
        }
}

/// The floor in perspective, plain or tiled, up to the horizon or a wall.
void paintFloor(const PinholeCamera& camera, const Floor& floor, Random& random, Picture& picture) {
    const std::array<Eigen::Vector3f, 2> colors = {drawWallColor(random), drawWallColor(random)};
    const float tile = static_cast<float>(random.logUniform(0.15, 1.5)), wall = static_cast<float>(random.logUniform(0.6, 25));
    const bool isTiled = random.chance(0.6);
    const float grainStrength = static_cast<float>(random.uniform(0, 40));
    const auto seed = static_cast<std::uint32_t>(random.next());
    const double turn = random.uniform(0, 2 * std::numbers::pi);
    const Eigen::Vector3f helper = std::abs(floor.up.x()) < 0.8f ? Eigen::Vector3f::UnitX() : Eigen::Vector3f::UnitZ();
    const Eigen::Vector3f side = floor.up.cross(helper).normalized(), front = floor.up.cross(side);
    const Eigen::Vector3f axisU = static_cast<float>(std::cos(turn)) * side + static_cast<float>(std::sin(turn)) * front;
    const Eigen::Vector3f axisV = floor.up.cross(axisU);
    const auto inverseFocal = static_cast<float>(1 / camera.focalLength);
    const float height = floor.point.dot(floor.up);
    for (int y = 0; y < picture.height; ++y)
        for (int x = 0; x < picture.width; ++x) {
            const Eigen::Vector3f ray((static_cast<float>(x) + 0.5f - static_cast<float>(camera.principalPoint.x())) * inverseFocal,
                                      (static_cast<float>(y) + 0.5f - static_cast<float>(camera.principalPoint.y())) * inverseFocal, 1);
            const float toward = ray.dot(floor.up);
            if (toward * height <= 1e-6f) continue;  // this ray does not meet the floor
            const Eigen::Vector3f offset = ray * (height / toward) - floor.point;
            if (offset.z() > wall || offset.squaredNorm() > 4000) continue;
            const float u = offset.dot(axisU), v = offset.dot(axisV);
            const bool isOdd = isTiled && (static_cast<int>(std::floor(u / tile)) + static_cast<int>(std::floor(v / tile))) & 1;
            const float grain = grainStrength * fractalNoise({u * 4, v * 4, 0}, 2, seed);
            for (int c = 0; c < 3; ++c) picture.at(x, y)[c] = byteFrom(colors[isOdd ? 1 : 0][c] + grain);
        }
}

}  // namespace

std::vector<int> BackgroundSet::ofSplit(DataSplit split) const {
    std::vector<int> chosen;
    for (int i = 0; i < size(); ++i)
        if (splitOf(names[static_cast<std::size_t>(i)]) == split) chosen.push_back(i);
    return chosen;
}

std::shared_ptr<const BackgroundSet> loadBackgrounds(const std::filesystem::path& file) {
    NpzArrays arrays = readNpz(file);
    const auto pictures = arrays.find("pictures"), names = arrays.find("names");
    if (pictures == arrays.end() || names == arrays.end())
        throw Error(file.string() + " holds no packed backgrounds (\"pictures\" and \"names\"). Make it with: hmr synth pack-backgrounds DIR -o FILE");
    const std::vector<std::size_t>& shape = pictures->second.shape;
    if (shape.size() != 4 || shape[0] == 0 || shape[1] < 8 || shape[1] != shape[2] || shape[3] != 3 || pictures->second.type != ElementType::UInt8)
        throw Error(file.string() + ": \"pictures\" must be bytes [N,S,S,3]");
    auto set = std::make_shared<BackgroundSet>();
    set->side = static_cast<int>(shape[1]);
    set->pixels = pictures->second.as<std::uint8_t>();
    const auto list = nlohmann::json::parse(names->second.text(), nullptr, false);
    if (!list.is_array() || list.size() != shape[0]) throw Error(file.string() + ": \"names\" must list one name for each of the " + std::to_string(shape[0]) + " pictures");
    for (const auto& name : list) set->names.push_back(name.is_string() ? name.get<std::string>() : name.dump());
    return set;
}

BackgroundSet packBackgrounds(const std::filesystem::path& folder, int side, std::vector<std::string>& problems) {
    if (!std::filesystem::is_directory(folder)) throw Error(folder.string() + " is no folder of pictures");
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        std::string extension = entry.path().extension().string();
        std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return std::tolower(c); });
        if (entry.is_regular_file() && (extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".bmp"))
            files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    BackgroundSet set;
    set.side = side;
    for (const auto& file : files) {
        try {
            cutSquares(readRgbPicture(file), std::filesystem::relative(file, folder).generic_string(), set);
        } catch (const Error& error) {
            problems.push_back(error.what());
        }
    }
    if (set.names.empty()) throw Error(folder.string() + " holds no picture that can be read (.jpg, .png, .bmp)");
    return set;
}

void saveBackgrounds(const std::filesystem::path& file, const BackgroundSet& backgrounds) {
    const auto side = static_cast<std::size_t>(backgrounds.side);
    NpzArrays arrays;
    arrays["pictures"] = NdArray::from(backgrounds.pixels, {backgrounds.names.size(), side, side, 3});
    arrays["names"] = NdArray::fromText(nlohmann::json(backgrounds.names).dump());
    writeNpz(file, arrays);
}

void paintPhotograph(const BackgroundSet& backgrounds, const std::vector<int>& choices, Random& random, Picture& picture) {
    const std::uint8_t* source = backgrounds.picture(choices[static_cast<std::size_t>(random.integer(static_cast<int>(choices.size())))]);
    const auto side = static_cast<float>(backgrounds.side);
    // The largest window of the picture's shape, made smaller at random.
    const float longer = static_cast<float>(std::max(picture.width, picture.height));
    // A window smaller than the photograph looks nearer, but not when it would have to be blown up.
    const double smallest = longer > 1.5f * side ? 0.85 : 0.45;
    const float zoom = static_cast<float>(random.uniform(smallest, 1)) * side / longer;
    const float width = zoom * static_cast<float>(picture.width), height = zoom * static_cast<float>(picture.height);
    const float left = static_cast<float>(random.uniform(0, side - width)), top = static_cast<float>(random.uniform(0, side - height));
    const bool isFlipped = random.chance(0.5);
    Eigen::Vector3f gain = Eigen::Vector3f::Constant(static_cast<float>(random.uniform(0.65, 1.25)));
    for (int c = 0; c < 3; ++c) gain[c] *= static_cast<float>(random.uniform(0.9, 1.1));

    const int last = backgrounds.side - 1;
    for (int y = 0; y < picture.height; ++y) {
        const float sy = std::clamp(top + (static_cast<float>(y) + 0.5f) * zoom - 0.5f, 0.0f, static_cast<float>(last));
        const int y0 = std::min(static_cast<int>(sy), last - 1);
        const float v = sy - static_cast<float>(y0);
        const std::uint8_t* row = source + static_cast<std::size_t>(y0) * backgrounds.side * 3;
        for (int x = 0; x < picture.width; ++x) {
            const int place = isFlipped ? picture.width - 1 - x : x;
            const float sx = std::clamp(left + (static_cast<float>(place) + 0.5f) * zoom - 0.5f, 0.0f, static_cast<float>(last));
            const int x0 = std::min(static_cast<int>(sx), last - 1);
            const float u = sx - static_cast<float>(x0);
            const std::uint8_t* a = row + 3 * x0;
            const std::uint8_t* b = a + static_cast<std::size_t>(backgrounds.side) * 3;
            for (int c = 0; c < 3; ++c) {
                const float upper = (1 - u) * a[c] + u * a[c + 3], lower = (1 - u) * b[c] + u * b[c + 3];
                picture.at(x, y)[c] = byteFrom(gain[c] * ((1 - v) * upper + v * lower));
            }
        }
    }
}

void paintProcedural(const PinholeCamera& camera, const Floor& floor, Random& random, Picture& picture) {
    paintGradient(random, picture);
    const int shapes = random.chance(0.7) ? random.integer(18) : 0;
    for (int i = 0; i < shapes; ++i) paintShape(random, picture);
    if (random.chance(0.55)) paintFloor(camera, floor, random, picture);
}

}  // namespace hmr
