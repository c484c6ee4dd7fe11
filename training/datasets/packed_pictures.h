// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "body/picture.h"
#include "training/config.h"
#include "training/datasets/annotations.h"
#include "training/prior/pose_prior.h"
#include "training/sample.h"

namespace hmr {

/// Annotated pictures of one split, decoded and small enough to stay in memory.
struct PackedPictures {
    struct Entry {
        Picture picture;      ///< RGB
        Keypoints keypoints;  ///< pixels of `picture`
        PixelBox box;         ///< the same
        std::string name;
        Points3d joints3d;    ///< [19,3] metres, camera axes, NaN where unknown; no rows without 3D labels
        std::optional<BodyParameters> parameters;  ///< root to camera axes; no translation
    };
    std::vector<Entry> entries;
};

inline constexpr int kPackedLongestSide = 320;  ///< pixels; where that is all of a picture's cut, a person is 133 pixels long

/// Which split a packed picture belongs to: one in twenty is for validation, by its name alone.
DataSplit packedSplitOf(const std::string& name);

/// Writes pictures, joints and boxes into one .npz: of each picture what lies round the person (2.4 times the box's longer side, which is
/// more than any crop of the augmentation shows), shrunk to `longestSide` pixels, as JPEG. Arrays: jpeg [bytes], offsets [N+1],
/// keypoints [N,19,3], boxes [N,4], names (JSON list); where somebody has 3D labels, joints3d [N,19,3] with NaN for what is
/// not known; where somebody has parameters, hasParameters [N] (0 or 1), pose [N,24,3] (axis-angle, root to camera axes), betas [N,10]
/// and bodies (JSON list: whose parameters they are, as AnnotatedPerson::parametersBody). Throws Error.
void packPictures(const std::filesystem::path& file, const std::vector<AnnotatedPerson>& people, int longestSide = kPackedLongestSide);

/// What is known of a packed person in 3D, camera axes.
struct PackedLabels {
    BodyParameters parameters;  ///< no translation
    Points3d joints3d;          ///< [19,3] metres
};

/// Writes packed pictures anew: whoever has no parameters gets what `label` makes of them, where it makes something. `bodyName` says whose
/// parameters they are (AnnotatedPerson::parametersBody). Returns how many got some. Throws Error.
std::size_t labelPackedPictures(const std::filesystem::path& file, const std::filesystem::path& output, const std::string& bodyName,
                                const std::function<std::optional<PackedLabels>(const PackedPictures::Entry&)>& label);

/// People are kept no longer than this, pixels, for crops that are not larger.
inline constexpr int kPackedPersonSide = 128;

/// Reads the pictures of a split, shrunk until the box's longer side is at most `personSide` pixels, with the parameters that are of `body` (isOfBody; null: nobody's). Throws Error
/// when the file is not packed pictures.
std::shared_ptr<const PackedPictures> loadPackedPictures(const std::filesystem::path& file, DataSplit split, int personSide = kPackedPersonSide,
                                                         const BodyModel* body = nullptr);

/// The joints of a sample in pixels of its picture.
Keypoints pixelKeypoints(const TrainingSample& sample);

/// How PackedSource crops.
struct PackedSourceOptions {
    std::uint64_t seed = 1;
    int size = 128;                       ///< of the crops, pixels
    double personShare = 150.0 / 224.0;   ///< longer side of the box over the crop's side
    bool isVaried = true;                 ///< off: every picture once, in order, plainly cropped (validation)
    AugmentationConfig augmentation;
};

/// Annotated pictures with 2D joints, 3D joints where all 14 of LSP are known, and parameters where they are.
class PackedSource : public SampleSource {
public:
    PackedSource(std::shared_ptr<const PackedPictures> pictures, PackedSourceOptions options)
        : pictures_(std::move(pictures)), options_(options) {}
    void draw(std::uint64_t index, TrainingSample& sample) override;

private:
    std::shared_ptr<const PackedPictures> pictures_;
    PackedSourceOptions options_;
};

}  // namespace hmr
