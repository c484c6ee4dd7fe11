// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <memory>

#include "body/body_parameters.h"
#include "body/camera.h"
#include "training/prior/pose_prior.h"
#include "training/sample.h"
#include "training/scenes/backdrop.h"
#include "training/scenes/dressed_person.h"
#include "training/scenes/people_painter.h"
#include "training/scenes/synthetic_person.h"

namespace hmr {

/// What synthetic pictures are made from; shared by all sources of a process.
struct SyntheticAssets {
    std::shared_ptr<const DressableBody> body;
    std::shared_ptr<const PosePrior> prior;
    std::shared_ptr<const BackgroundSet> backgrounds;  ///< null: procedural ones only
};

/// Opens them; an empty path means the shipped body (the small one), the shipped prior and no photographs. Throws Error.
SyntheticAssets loadSyntheticAssets(const std::filesystem::path& body = {}, const std::filesystem::path& prior = {},
                                    const std::filesystem::path& backgrounds = {});

struct SyntheticSettings {
    std::uint64_t seed = 1;
    int size = 224;                    ///< pixels of a crop's side
    double personShare = 0.75;         ///< longer side of the person's box in the crop, before jitter
    DataSplit split = DataSplit::Training;
    bool wantsParts = false;
    double closeUpShare = 0.15;        ///< upper body or less fills the crop
    double farShare = 0.10;            ///< the person is a small part of the crop
    double othersShare = 0.15;         ///< other people behind
    double occluderShare = 0.35;
    double cutShare = 0.15;            ///< the source picture ends within the crop: its border is repeated, or black
    double photographShare = 0.7;      ///< of the backgrounds, when there are photographs
    double printShare = 0.15;          ///< of the clothes that are made of a photograph, when there are photographs
    double degradationStrength = 1;
};

/// One person's exact labels in a picture.
struct SyntheticPerson {
    BodyParameters parameters;         ///< root and translation in camera axes
    PixelBox box;                      ///< of the bare body, pixels, not cut at the picture's border
    Points3d joints3d;                 ///< [19,3] metres, camera axes, translation included
    Points2d keypoints;                ///< [19,2] pixels
};

/// A picture with what is known of it. The camera's own translation is zero.
struct SyntheticPicture {
    Picture picture;
    PinholeCamera camera;
    std::vector<SyntheticPerson> people;  ///< those that are labelled
    std::vector<std::uint8_t> parts;      ///< of people[0], when wanted
    PixelBox visible;                     ///< the part of the picture that the camera took; beyond it the border is repeated
};

/// Endless pictures of clothed people. Picture i depends on the settings and i alone. Not thread-safe: one for each
/// thread; they share their assets.
class SyntheticScenes : public SampleSource {
public:
    /// Throws Error when the split has no poses.
    SyntheticScenes(SyntheticAssets assets, SyntheticSettings settings);

    void draw(std::uint64_t index, TrainingSample& sample) override;

    /// The same picture with all its labels.
    SyntheticPicture drawCrop(std::uint64_t index);

    /// A whole photograph of one to three people, smaller than the frame; `people` 0 draws their number too.
    SyntheticPicture drawFullPicture(std::uint64_t index, int width, int height, int people = 0);

    const SyntheticSettings& settings() const { return settings_; }

private:
    struct Cast;  ///< who is in a picture, posed and dressed
    void paintPicture(const Random& random, const Cast& cast, double degradation, SyntheticPicture& result);
    PersonLook drawLook(const Random& random) const;
    void addStranger(const Random& random, const Viewpoint& view, double nearest, double farthest, Cast& cast) const;

    SyntheticAssets assets_;
    SyntheticSettings settings_;
    std::vector<int> poseRows_, backgroundChoices_;
    PeoplePainter painter_;
};

}  // namespace hmr
