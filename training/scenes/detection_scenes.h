// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "training/datasets/packed_pictures.h"
#include "training/scenes/cutout_crowd.h"
#include "training/scenes/synthetic_scene.h"

namespace hmr {

/// What pictures for the detector are composed from; either may be missing, not both.
struct DetectionAssets {
    std::optional<SyntheticAssets> synthetic;
    std::shared_ptr<const PackedPictures> packed;
    double syntheticShare = 0.5, packedShare = 0.5;  ///< relative to each other
};

struct DetectionSettings {
    std::uint64_t seed = 1;
    int size = 192;                ///< pixels of a picture's side
    DataSplit split = DataSplit::Training;
    double degradation = 1;        ///< synthetic: strength of blur, noise and JPEG artefacts
    double emptyShare = 0.12;      ///< of the tiles that show nobody, where there are background photographs
    double mosaicShare = 0.25;     ///< of the pictures put together of four tiles
    double fineMosaicShare = 0.08; ///< of nine
    double crowdShare = 0.65;      ///< of the annotated photographs, but in mosaics of nine: cut out and pasted together (CutoutCrowd)
    AugmentationConfig augmentation;
};

/// Endless pictures with nobody, one or many people in them and the boxes of all that are known: whole rendered scenes, rendered
/// crops down to close-ups, annotated photographs, crowds cut out of them, backgrounds, alone or as mosaics (Bochkovskiy et al., YOLOv4, 2020), so that
/// people are met at every size.
class DetectionScenes : public SampleSource {
public:
    /// Throws Error when there is nothing to compose from.
    DetectionScenes(DetectionAssets assets, DetectionSettings settings);

    void draw(std::uint64_t index, TrainingSample& sample) override;

private:
    /// The sources of tiles of one side.
    struct Tiles {
        int side = 0;
        std::optional<SyntheticScenes> scenes;
        std::optional<PackedSource> photographs;
        std::optional<CutoutCrowd> crowds;
    };
    void drawTile(Tiles& tiles, Random& random, TrainingSample& tile) const;
    void drawMosaic(int perSide, Random& random, TrainingSample& sample);

    DetectionAssets assets_;
    DetectionSettings settings_;
    std::vector<int> emptyChoices_;
    std::vector<Tiles> tiles_;  ///< whole, halves, thirds
};

/// A box as far as it lies in a picture; nothing when less than `leastShare` of it does or it is thinner than 4 pixels.
std::optional<PixelBox> visiblePart(const PixelBox& box, double width, double height, double leastShare = 0.2);

}  // namespace hmr
