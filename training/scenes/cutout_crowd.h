// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <vector>

#include "training/datasets/packed_pictures.h"
#include "training/scenes/backdrop.h"

namespace hmr {

struct CutoutCrowdSettings {
    std::uint64_t seed = 1;
    int size = 192;                   ///< pixels of a picture's side
    double degradation = 1;           ///< strength of blur, noise and JPEG artefacts
    AugmentationConfig augmentation;
};

/// Pictures of several real people: cut out of annotated photographs along their limbs (coverOfFigure) and pasted before
/// other photographs, at every size, one before the other, partly hidden and partly outside (after Dwibedi et al., Cut, Paste and
/// Learn, ICCV 2017).
class CutoutCrowd {
public:
    /// `backgrounds` may be null or `choices` among them empty: then other annotated photographs are behind everybody.
    CutoutCrowd(std::shared_ptr<const PackedPictures> people, std::shared_ptr<const BackgroundSet> backgrounds, std::vector<int> choices,
                CutoutCrowdSettings settings);

    /// Fills size, pixels, boxes and photographs; a box holds what is seen of a person.
    void draw(Random& random, TrainingSample& sample);

private:
    PackedSource& sourceOf(double side);

    std::shared_ptr<const BackgroundSet> backgrounds_;
    std::vector<int> choices_;
    CutoutCrowdSettings settings_;
    std::vector<std::pair<int, PackedSource>> cutouts_;  ///< crop's side and source, small ones first
    PackedSource behind_;                                ///< photographs as large as the picture
};

}  // namespace hmr
