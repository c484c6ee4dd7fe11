// SPDX-License-Identifier: MIT
#include "body/seen_joints.h"

namespace hmr {

SeenJoints sourceFromCrop(const SeenJoints& joints, const CropWindow& crop) {
    const double half = crop.side / 2;
    SeenJoints seen;
    seen.positions = (joints.positions * half).rowwise() + crop.center.transpose();
    seen.deviations = joints.deviations * half;
    return seen;
}

SeenJoints cropFromSource(const SeenJoints& joints, const CropWindow& crop) {
    const double half = crop.side / 2;
    SeenJoints seen;
    seen.positions = (joints.positions.rowwise() - crop.center.transpose()) / half;
    seen.deviations = joints.deviations / half;
    return seen;
}

}  // namespace hmr
