// SPDX-License-Identifier: MIT
#include "training/datasets/packed_pictures.h"

#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>
#include <numbers>
#include <thread>

#include "body/error.h"
#include "body/rotation.h"
#include "formats/npz.h"
#include "training/datasets/crop_transform.h"
#include "training/picture_file.h"
#include "training/random.h"

namespace hmr {
namespace {

constexpr int kKeypointSize = kNumCocoPlusJoints * 3;
constexpr int kPoseSize = kNumSmplJoints * 3;
constexpr int kPackedQuality = 90;

const NdArray& packedArray(const NpzArrays& arrays, const char* key, const std::filesystem::path& file) {
    const auto found = arrays.find(key);
    if (found == arrays.end())
        throw Error(file.string() + " holds no packed pictures: the array \"" + key + "\" is missing. Make one with: hmr dataset pack");
    return found->second;
}

std::vector<std::string> packedTexts(const NpzArrays& arrays, const char* key, const std::filesystem::path& file) {
    try {
        return nlohmann::json::parse(packedArray(arrays, key, file).text()).get<std::vector<std::string>>();
    } catch (const nlohmann::json::exception&) {
        throw Error(file.string() + ": \"" + key + "\" is not a list of texts");
    }
}

/// The arrays of a packed file, checked against each other.
struct PackedArrays {
    std::vector<std::uint8_t> jpeg;
    std::vector<std::int64_t> offsets;
    std::vector<float> keypoints, boxes;
    std::vector<float> joints3d;  ///< may be empty
    std::vector<std::uint8_t> hasParameters;  ///< may be empty, and with it the next three
    std::vector<float> pose, betas;
    std::vector<std::string> bodies;
    std::vector<std::string> names;

    explicit PackedArrays(const std::filesystem::path& file) {
        const NpzArrays arrays = readNpz(file);
        jpeg = packedArray(arrays, "jpeg", file).as<std::uint8_t>();
        offsets = packedArray(arrays, "offsets", file).as<std::int64_t>();
        keypoints = packedArray(arrays, "keypoints", file).as<float>();
        boxes = packedArray(arrays, "boxes", file).as<float>();
        if (arrays.contains("joints3d")) joints3d = arrays.at("joints3d").as<float>();
        if (arrays.contains("hasParameters")) {
            hasParameters = arrays.at("hasParameters").as<std::uint8_t>();
            pose = packedArray(arrays, "pose", file).as<float>();
            betas = packedArray(arrays, "betas", file).as<float>();
            bodies = packedTexts(arrays, "bodies", file);
        }
        names = packedTexts(arrays, "names", file);
        check(file);
    }

    std::optional<BodyParameters> parametersOf(std::size_t index, const BodyModel* body) const {
        if (body == nullptr || hasParameters.empty() || hasParameters[index] == 0 || !isOfBody(bodies[index], *body)) return {};
        BodyParameters parameters;
        std::copy_n(&pose[index * kPoseSize], kPoseSize, parameters.pose.data());
        std::copy_n(&betas[index * kNumBetas], kNumBetas, parameters.betas.data());
        return parameters;
    }

    void check(const std::filesystem::path& file) const {
        const std::size_t count = names.size();
        if (offsets.size() != count + 1 || keypoints.size() != count * kKeypointSize || boxes.size() != count * 4 ||
            (!joints3d.empty() && joints3d.size() != count * kKeypointSize) ||
            (!hasParameters.empty() && (hasParameters.size() != count || pose.size() != count * kPoseSize || betas.size() != count * kNumBetas ||
                                        bodies.size() != count)))
            throw Error(file.string() + ": the arrays disagree about the number of pictures (" + std::to_string(count) + " names)");
        if (!std::is_sorted(offsets.begin(), offsets.end()) || offsets.front() != 0 ||
            offsets.back() != static_cast<std::int64_t>(jpeg.size()))
            throw Error(file.string() + ": \"offsets\" do not fit \"jpeg\"");
        const auto isFinite = [](float value) { return std::isfinite(value); };
        if (!std::ranges::all_of(keypoints, isFinite) || !std::ranges::all_of(boxes, isFinite))
            throw Error(file.string() + ": a joint or box is not finite");
        if (!std::ranges::all_of(pose, isFinite) || !std::ranges::all_of(betas, isFinite))
            throw Error(file.string() + ": a number of \"pose\" or \"betas\" is not finite");
    }
};

/// The picture at a share of its size, at most 1.
Picture shrunkPicture(const Picture& picture, double factor) {
    if (factor >= 1) return picture;
    return resized(picture, std::max(1, static_cast<int>(std::lround(picture.width * factor))),
                   std::max(1, static_cast<int>(std::lround(picture.height * factor))));
}

/// What lies round a person, and where in the picture it begins.
struct Surroundings {
    Picture picture;
    int left = 0, top = 0;
};

Surroundings surroundingsOf(const Picture& picture, const PixelBox& box) {
    constexpr double kReach = 1.2;  // of the box's longer side, from its centre
    const double reach = kReach * box.longerSide();
    const auto inside = [](double place, int limit) { return static_cast<int>(std::clamp(place, 0.0, static_cast<double>(limit))); };
    const int left = inside(box.center().x() - reach, picture.width), right = inside(std::ceil(box.center().x() + reach), picture.width);
    const int top = inside(box.center().y() - reach, picture.height), bottom = inside(std::ceil(box.center().y() + reach), picture.height);
    if (right <= left || bottom <= top) return {picture};  // the box is beside the picture
    Surroundings cut{Picture(right - left, bottom - top, picture.channels), left, top};
    for (int y = top; y < bottom; ++y) std::copy(picture.at(left, y), picture.at(right - 1, y) + picture.channels, cut.picture.at(0, y - top));
    return cut;
}

PackedPictures::Entry decodeEntry(const PackedArrays& arrays, std::size_t index, int personSide) {
    const std::string bytes(arrays.jpeg.begin() + arrays.offsets[index], arrays.jpeg.begin() + arrays.offsets[index + 1]);
    const Picture whole = decodePicture(bytes, arrays.names[index]);
    PackedPictures::Entry entry;
    entry.name = arrays.names[index];
    const float* box = &arrays.boxes[index * 4];
    entry.picture = shrunkPicture(whole, personSide / std::max(1.0f, std::max(box[2], box[3])));
    const float scale = static_cast<float>(entry.picture.width) / static_cast<float>(whole.width);
    std::copy_n(&arrays.keypoints[index * kKeypointSize], kKeypointSize, entry.keypoints.begin());
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
        for (int i = 0; i < 2; ++i) entry.keypoints[3 * joint + i] *= scale;
    if (!arrays.joints3d.empty())
        entry.joints3d = Eigen::Map<const Eigen::Matrix<float, kNumCocoPlusJoints, 3, Eigen::RowMajor>>(&arrays.joints3d[index * kKeypointSize]).cast<double>();
    entry.box = {box[0] * scale, box[1] * scale, box[2] * scale, box[3] * scale};
    return entry;
}

/// Gain, contrast and channel shifts of a picture as one table a channel.
void varyColors(std::vector<std::uint8_t>& pixels, double strength, Random& random) {
    const double contrast = random.uniform(1 - strength, 1 + strength), brightness = random.uniform(-strength, strength) * 0.6;
    const double gamma = std::exp(random.uniform(-strength, strength));
    std::array<std::array<std::uint8_t, 256>, 3> table;
    for (auto& channel : table) {
        const double gain = random.uniform(1 - 0.6 * strength, 1 + 0.6 * strength);
        for (int value = 0; value < 256; ++value) {
            const double bright = gain * (contrast * (std::pow(value / 255.0, gamma) - 0.5) + 0.5 + brightness);
            channel[value] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(bright, 0.0, 1.0)));
        }
    }
    const bool isGrey = random.chance(0.05);
    for (std::size_t i = 0; i < pixels.size(); i += 3) {
        if (isGrey) pixels[i] = pixels[i + 1] = pixels[i + 2] =
            static_cast<std::uint8_t>((77 * pixels[i] + 151 * pixels[i + 1] + 28 * pixels[i + 2]) >> 8);
        for (int c = 0; c < 3; ++c) pixels[i + c] = table[c][pixels[i + c]];
    }
}

/// Covers a rectangle or an ellipse of the crop with a piece of another picture.
void pasteOccluder(std::vector<std::uint8_t>& pixels, int size, const Picture& texture, Random& random) {
    const double width = size * random.uniform(0.12, 0.45), height = size * random.uniform(0.12, 0.45);
    const double centerX = size * random.uniform(0.1, 0.9), centerY = size * random.uniform(0.1, 0.9);
    const bool isEllipse = random.chance(0.5);
    const int offsetX = static_cast<int>(random.below(texture.width)), offsetY = static_cast<int>(random.below(texture.height));
    const int top = std::max(0, static_cast<int>(centerY - height / 2)), bottom = std::min<int>(size, static_cast<int>(centerY + height / 2));
    const int left = std::max(0, static_cast<int>(centerX - width / 2)), right = std::min<int>(size, static_cast<int>(centerX + width / 2));
    for (int y = top; y < bottom; ++y)
        for (int x = left; x < right; ++x) {
            const double u = 2 * (x - centerX) / width, v = 2 * (y - centerY) / height;
            if (isEllipse && u * u + v * v > 1) continue;
            std::copy_n(texture.at((x + offsetX) % texture.width, (y + offsetY) % texture.height), 3,
                        &pixels[(static_cast<std::size_t>(y) * size + x) * 3]);
        }
}

/// The upper body of somebody upright in a picture that ends below it; nothing where it is not known or would be too small.
std::optional<PackedPictures::Entry> closeUpOf(const PackedPictures::Entry& entry, Random& random) {
    constexpr std::size_t kHips[] = {2, 3}, kTop[] = {8, 9, 12, 13}, kArms[] = {6, 7, 10, 11};  // 12, 13: neck and top of the head
    constexpr double kLeastSide = 24, kMargin = 0.12;
    const auto isKnown = [&](std::size_t joint) { return entry.keypoints[3 * joint + 2] > 0; };
    const auto place = [&](std::size_t joint) { return Eigen::Vector2d(entry.keypoints[3 * joint], entry.keypoints[3 * joint + 1]); };
    if (!std::ranges::all_of(kHips, isKnown) || !std::ranges::all_of(kTop, isKnown)) return std::nullopt;
    const Eigen::Vector2d trunk = (place(kHips[0]) + place(kHips[1])) / 2 - place(12);
    if (trunk.y() < 0.7 * trunk.norm()) return std::nullopt;
    const double end = std::floor(std::min<double>(place(12).y() + random.uniform(0.35, 1.2) * trunk.y(), entry.picture.height));
    Eigen::Vector2d low = place(kTop[0]), high = low;
    const auto add = [&](std::size_t joint) {
        if (isKnown(joint) && place(joint).y() < end) low = low.cwiseMin(place(joint)), high = high.cwiseMax(place(joint));
    };
    std::ranges::for_each(kTop, add);
    std::ranges::for_each(kArms, add);
    low.array() -= kMargin * trunk.norm(), high.array() += kMargin * trunk.norm();
    high.y() = end;
    if ((high - low).maxCoeff() < kLeastSide || high.y() - low.y() < kLeastSide / 2) return std::nullopt;
    PackedPictures::Entry closeUp{Picture(entry.picture.width, static_cast<int>(end), 3), entry.keypoints, {low.x(), low.y(), high.x() - low.x(), high.y() - low.y()},
                                  entry.name, entry.joints3d, entry.parameters};
    std::copy_n(entry.picture.pixels.begin(), closeUp.picture.pixels.size(), closeUp.picture.pixels.begin());
    for (std::size_t joint = 0; joint < kNumCocoPlusJoints; ++joint)
        if (entry.keypoints[3 * joint + 1] >= end) closeUp.keypoints[3 * joint + 2] = 0;
    return closeUp;
}

CropTransform variedCrop(const PixelBox& box, const PackedSourceOptions& options, Random& random) {
    const AugmentationConfig& variation = options.augmentation;
    CropTransform crop{windowOfBox(box, options.personShare)};
    crop.window.side *= random.uniform(1 - variation.scaleJitter, 1 + variation.scaleJitter);
    const double shift = variation.translationJitter * crop.window.side;
    crop.window.center += Eigen::Vector2d(random.uniform(-shift, shift), random.uniform(-shift, shift));
    const bool turns = random.chance(0.6);
    const double degrees = random.uniform(-variation.rotationDegrees, variation.rotationDegrees);
    if (turns) crop.angle = degrees * std::numbers::pi / 180;
    crop.isMirrored = variation.flip && random.chance(0.5);
    return crop;
}

/// Camera axes of the turned crop from those of the picture.
Eigen::Matrix3d turnOf(const CropTransform& crop) { return Eigen::AngleAxisd(-crop.angle, Eigen::Vector3d::UnitZ()).toRotationMatrix(); }

/// 3D joints as the turned and mirrored crop sees them; a sample without all 14 LSP joints stays without.
void placeJoints3d(const Points3d& joints, const CropTransform& crop, TrainingSample& sample) {
    if (joints.rows() != kNumCocoPlusJoints || !joints.topRows(kNumLspJoints).allFinite()) return;
    sample.hasJoints3d = true;
    const Eigen::Matrix3d turn = turnOf(crop);
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint) {
        Eigen::Vector3d place = turn * joints.row(crop.isMirrored ? kCocoPlusFlip[static_cast<std::size_t>(joint)] : joint).transpose();
        if (!place.allFinite()) continue;
        if (crop.isMirrored) place.x() = -place.x();
        for (int axis = 0; axis < 3; ++axis) sample.joints3d[static_cast<std::size_t>(3 * joint + axis)] = static_cast<float>(place[axis]);
    }
}

/// The body as the turned and mirrored crop sees it.
void placeParameters(BodyParameters parameters, const CropTransform& crop, TrainingSample& sample) {
    parameters.pose.row(0) = axisAngleFromRotation(turnOf(crop) * rotationFromAxisAngle(parameters.pose.row(0))).transpose();
    setParameters(crop.isMirrored ? mirrored(parameters) : parameters, sample);
}

/// Rows of the parameter arrays, one for each person.
struct ParameterRows {
    std::vector<std::uint8_t> hasParameters;
    std::vector<float> pose, betas;
    std::vector<std::string> bodies;

    /// Adds zeros for a person whose parameters are not known.
    void add(const AnnotatedPerson& person) {
        const bool isKnown = person.parameters && person.parameters->pose.rows() == kNumSmplJoints && person.parameters->betas.size() == kNumBetas;
        const BodyParameters parameters = isKnown ? *person.parameters : BodyParameters{};
        hasParameters.push_back(isKnown);
        pose.insert(pose.end(), parameters.pose.data(), parameters.pose.data() + kPoseSize);
        betas.insert(betas.end(), parameters.betas.data(), parameters.betas.data() + kNumBetas);
        bodies.push_back(person.parametersBody);
    }

    void write(NpzArrays& arrays) const {
        const std::size_t count = bodies.size();
        arrays["hasParameters"] = NdArray::from(hasParameters, {count});
        arrays["pose"] = NdArray::from(pose, {count, kNumSmplJoints, 3});
        arrays["betas"] = NdArray::from(betas, {count, kNumBetas});
        arrays["bodies"] = NdArray::fromText(nlohmann::json(bodies).dump());
    }
};

}  // namespace

DataSplit packedSplitOf(const std::string& name) {
    return mixedBits(textHash(name)) % 20 == 0 ? DataSplit::Validation : DataSplit::Training;
}

void packPictures(const std::filesystem::path& file, const std::vector<AnnotatedPerson>& people, int longestSide) {
    std::vector<std::uint8_t> jpeg;
    std::vector<std::int64_t> offsets = {0};
    std::vector<float> keypoints, boxes, joints3d;
    std::vector<std::string> names;
    ParameterRows parameters;
    bool hasJoints3d = false;
    for (const AnnotatedPerson& person : people) {
        const Picture whole = readRgbPicture(person.picture);
        const Surroundings cut = surroundingsOf(whole, person.box);
        const Picture picture = shrunkPicture(cut.picture, static_cast<double>(longestSide) / std::max(cut.picture.width, cut.picture.height));
        const float scale = static_cast<float>(picture.width) / static_cast<float>(cut.picture.width);
        const std::array<float, 3> origin = {static_cast<float>(cut.left), static_cast<float>(cut.top), 0};
        const std::string bytes = encodeJpeg(picture, kPackedQuality);
        jpeg.insert(jpeg.end(), bytes.begin(), bytes.end());
        offsets.push_back(static_cast<std::int64_t>(jpeg.size()));
        for (int i = 0; i < kKeypointSize; ++i) keypoints.push_back((person.keypoints[i] - origin[i % 3]) * (i % 3 == 2 ? 1 : scale));
        for (const double side : {person.box.x - cut.left, person.box.y - cut.top, person.box.width, person.box.height})
            boxes.push_back(static_cast<float>(side) * scale);
        names.push_back(person.id);
        parameters.add(person);
        const bool isKnown = person.joints3d.rows() == kNumCocoPlusJoints;
        hasJoints3d = hasJoints3d || isKnown;
        for (Eigen::Index i = 0; i < kKeypointSize; ++i)
            joints3d.push_back(isKnown ? static_cast<float>(person.joints3d.data()[i]) : std::numeric_limits<float>::quiet_NaN());
    }
    const std::size_t count = names.size();
    NpzArrays arrays;
    arrays["jpeg"] = NdArray::from(jpeg, {jpeg.size()});
    arrays["offsets"] = NdArray::from(offsets, {count + 1});
    arrays["keypoints"] = NdArray::from(keypoints, {count, kNumCocoPlusJoints, 3});
    arrays["boxes"] = NdArray::from(boxes, {count, 4});
    arrays["names"] = NdArray::fromText(nlohmann::json(names).dump());
    if (std::ranges::find(parameters.hasParameters, 1) != parameters.hasParameters.end()) parameters.write(arrays);
    if (hasJoints3d) arrays["joints3d"] = NdArray::from(joints3d, {count, kNumCocoPlusJoints, 3});
    writeNpz(file, arrays);
}

std::size_t labelPackedPictures(const std::filesystem::path& file, const std::filesystem::path& output, const std::string& bodyName,
                                const std::function<std::optional<PackedLabels>(const PackedPictures::Entry&)>& label) {
    NpzArrays written = readNpz(file);
    PackedArrays arrays(file);
    const std::size_t count = arrays.names.size();
    if (arrays.hasParameters.empty()) {
        arrays.hasParameters.assign(count, 0);
        arrays.pose.assign(count * kPoseSize, 0);
        arrays.betas.assign(count * kNumBetas, 0);
        arrays.bodies.assign(count, "");
    }
    if (arrays.joints3d.empty()) arrays.joints3d.assign(count * kKeypointSize, std::numeric_limits<float>::quiet_NaN());
    std::size_t numLabelled = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (arrays.hasParameters[i] != 0) continue;
        const auto made = label(decodeEntry(arrays, i, kPackedLongestSide));
        if (!made) continue;
        arrays.hasParameters[i] = 1;
        arrays.bodies[i] = bodyName;
        std::copy_n(made->parameters.pose.data(), kPoseSize, &arrays.pose[i * kPoseSize]);
        std::copy_n(made->parameters.betas.data(), kNumBetas, &arrays.betas[i * kNumBetas]);
        std::copy_n(made->joints3d.data(), kKeypointSize, &arrays.joints3d[i * kKeypointSize]);
        ++numLabelled;
    }
    written["hasParameters"] = NdArray::from(arrays.hasParameters, {count});
    written["pose"] = NdArray::from(arrays.pose, {count, kNumSmplJoints, 3});
    written["betas"] = NdArray::from(arrays.betas, {count, kNumBetas});
    written["bodies"] = NdArray::fromText(nlohmann::json(arrays.bodies).dump());
    written["joints3d"] = NdArray::from(arrays.joints3d, {count, kNumCocoPlusJoints, 3});
    writeNpz(output, written);
    return numLabelled;
}

std::shared_ptr<const PackedPictures> loadPackedPictures(const std::filesystem::path& file, DataSplit split, int personSide,
                                                         const BodyModel* body) {
    const PackedArrays arrays(file);
    std::vector<std::size_t> wanted;
    for (std::size_t i = 0; i < arrays.names.size(); ++i)
        if (packedSplitOf(arrays.names[i]) == split) wanted.push_back(i);
    if (wanted.empty()) throw Error(file.string() + ": no picture of this split among " + std::to_string(arrays.names.size()));
    auto pictures = std::make_shared<PackedPictures>();
    pictures->entries.resize(wanted.size());
    const std::size_t numThreads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, wanted.size());
    std::vector<std::exception_ptr> failures(numThreads);
    {
        std::vector<std::jthread> threads;
        for (std::size_t thread = 0; thread < numThreads; ++thread)
            threads.emplace_back([&, thread] {
                try {
                    for (std::size_t i = thread; i < wanted.size(); i += numThreads) {
                        pictures->entries[i] = decodeEntry(arrays, wanted[i], personSide);
                        pictures->entries[i].parameters = arrays.parametersOf(wanted[i], body);
                    }
                } catch (...) {
                    failures[thread] = std::current_exception();
                }
            });
    }
    for (const std::exception_ptr& failure : failures)
        if (failure) std::rethrow_exception(failure);
    return pictures;
}

Keypoints pixelKeypoints(const TrainingSample& sample) {
    Keypoints pixels = sample.keypoints;
    for (int joint = 0; joint < kNumCocoPlusJoints; ++joint)
        for (int axis = 0; axis < 2; ++axis) {
            float& place = pixels[static_cast<std::size_t>(3 * joint + axis)];
            place = (place + 1) * 0.5f * static_cast<float>(sample.size);
        }
    return pixels;
}

void PackedSource::draw(std::uint64_t index, TrainingSample& sample) {
    const auto& entries = pictures_->entries;
    Random random(options_.seed, index);
    const auto& whole = entries[options_.isVaried ? random.below(entries.size()) : index % entries.size()];
    const bool isNear = options_.isVaried && options_.augmentation.closeUp > 0 && random.chance(options_.augmentation.closeUp);
    const auto closeUp = isNear ? closeUpOf(whole, random) : std::nullopt;
    const auto& entry = closeUp ? *closeUp : whole;
    const CropTransform crop = options_.isVaried ? variedCrop(entry.box, options_, random)
                                                 : CropTransform{windowOfBox(entry.box, options_.personShare)};
    sample = {};
    sample.size = options_.size;
    cropPixels(entry.picture, crop, options_.size, sample.pixels);
    sample.keypoints = cropKeypoints(entry.keypoints, crop);
    placeJoints3d(entry.joints3d, crop, sample);
    if (entry.parameters) placeParameters(*entry.parameters, crop, sample);
    if (!options_.isVaried) return;
    if (options_.augmentation.color > 0) varyColors(sample.pixels, options_.augmentation.color, random);
    if (random.chance(options_.augmentation.occlusion))
        pasteOccluder(sample.pixels, options_.size, entries[random.below(entries.size())].picture, random);
}

}  // namespace hmr
