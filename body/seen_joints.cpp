// SPDX-License-Identifier: MIT
#include "body/seen_joints.h"

#include <algorithm>

namespace hmr {

double personDeviation(const SeenJoints& joints) {
    Eigen::VectorXd sorted = joints.deviations;
    const Eigen::Index rank = 3 * sorted.size() / 10;
    std::nth_element(sorted.begin(), sorted.begin() + rank, sorted.end());
    return sorted[rank];
}

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
