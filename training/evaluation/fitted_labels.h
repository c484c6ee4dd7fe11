// SPDX-License-Identifier: MIT
#pragma once
#include <filesystem>
#include <functional>
#include <memory>

#include "body/body_model.h"
#include "network/hmr_network.h"
#include "training/datasets/packed_pictures.h"

namespace hmr {

/// Makes 3D labels of 2D ones, as SPIN does (Kolotouros et al., ICCV 2019): the body that a network recovers is pulled onto the
/// annotated joints, from the heading it gave and from others, and the likeliest result counts.
class LabelFitter {
public:
    /// Throws Error for a body without coco-plus joints or when the shipped table of likely poses cannot be read.
    LabelFitter(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body);
    ~LabelFitter();

    /// The body in a packed picture, camera axes; nothing where fewer than 8 joints are annotated or no body comes near them.
    std::optional<PackedLabels> operator()(const PackedPictures::Entry& person) const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace hmr
