// SPDX-License-Identifier: MIT
#include "formats/unread_layouts.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace hmr {
namespace {

/// A layout that has all of these names; one that ends in a point begins some name.
struct UnreadLayout {
    std::array<std::string_view, 3> names;
    std::string_view sentence;
};

constexpr std::array kUnreadLayouts = {
    UnreadLayout{{"skin_template_v"}, "it is a SKEL model, whose skeleton is not SMPL's; SMPL's own file is needed."},
    UnreadLayout{{"osim_kintree_table"}, "it is a SKEL model, whose skeleton is not SMPL's; SMPL's own file is needed."},
    UnreadLayout{{"joint_regressor", "kinematic_tree", "pose_blend_shapes"},
                 "it is SMPL under SMPL++'s names; the .pkl or .npz of smpl.is.tue.mpg.de that it was made from is needed."},
    UnreadLayout{{"pose", "shape", "cam"},
                 "it is SPIN's mean parameters (smpl_mean_params.npz), which are not needed: every checkpoint has its own. Choose model_checkpoint.pt as weights."},
    UnreadLayout{{"smpl_params_global."}, "it is motion that GVHMR recovered, which is not read here; save it as AMASS's .npz (poses, betas, trans)."},
    UnreadLayout{{"encoder.conv1.weight", "head.decpose.weight"},
                 "it seems to be CLIFF, which also needs the box's place in the picture and is not run here; SPIN, EFT or HMR 2.0 are."},
    UnreadLayout{{"encoder.conv1.weight", "decpose.weight"},
                 "it seems to be CLIFF, which also needs the box's place in the picture and is not run here; SPIN, EFT or HMR 2.0 are."},
    UnreadLayout{{"head.keypoint_deconv_layers."}, "it seems to be PARE, which is not run here; SPIN, EFT or HMR 2.0 are."},
    UnreadLayout{{"head.smpl_final."}, "it seems to be PARE, which is not run here; SPIN, EFT or HMR 2.0 are."},
    UnreadLayout{{"encoder.gru."}, "it seems to be VIBE, which sees whole videos and is not run here; its vibe_output.pkl opens as motion, and SPIN's weights run."},
};

bool isThere(const std::vector<std::string>& names, std::string_view wanted) {
    const auto fits = [&](const std::string& name) { return wanted.ends_with('.') ? name.starts_with(wanted) : name == wanted; };
    return wanted.empty() || std::any_of(names.begin(), names.end(), fits);
}

}  // namespace

std::optional<std::string> unreadLayout(const std::vector<std::string>& names) {
    for (const UnreadLayout& layout : kUnreadLayouts)
        if (std::all_of(layout.names.begin(), layout.names.end(), [&](std::string_view name) { return isThere(names, name); }))
            return std::string(layout.sentence);
    return std::nullopt;
}

std::optional<std::string> unreadArray(const std::vector<std::size_t>& shape) {
    constexpr std::size_t kSmplVertices = 6890;
    if (shape.size() != 2 || shape[1] != kSmplVertices) return std::nullopt;
    return "it is a regressor of " + std::to_string(shape[0]) + " joints from SMPL's mesh, which is not needed here: bodies have their own.";
}

}  // namespace hmr
