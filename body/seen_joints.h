// SPDX-License-Identifier: MIT
#pragma once
#include <Eigen/Core>

#include "body/camera.h"
#include "body/skeleton.h"
#include "body/types.h"

namespace hmr {

/// Where a network sees the 19 coco-plus joints in a picture, apart from the body it recovers.
struct SeenJoints {
    Points2d positions = Points2d::Zero(kNumCocoPlusJoints, 2);                ///< [19,2]
    Eigen::VectorXd deviations = Eigen::VectorXd::Ones(kNumCocoPlusJoints);    ///< [19] expected absolute error of a coordinate, same unit
};

/// How unsure it is of the person as a whole: the deviation that three joints in ten stay under, same unit; more are not in view of somebody
/// before a webcam. On photographs of people about 0.09 of crop coordinates (0.17 in the worst tenth of sports pictures), without anybody
/// about 0.3 (0.17 in the best tenth).
double personDeviation(const SeenJoints& joints);

/// From coordinates of a crop in [−1, 1] to pixels of the picture it was cut from.
SeenJoints sourceFromCrop(const SeenJoints& joints, const CropWindow& crop);

/// And back.
SeenJoints cropFromSource(const SeenJoints& joints, const CropWindow& crop);

}  // namespace hmr
