// SPDX-License-Identifier: MIT
#include "body/person_estimate.h"

namespace hmr {

PosedBody updateJoints(const BodyModel& model, PersonEstimate& person) {
    PosedBody posed = poseBody(model, person.parameters);
    person.joints3d = posed.joints;
    person.joints2d = project(frameCamera(person.camera, person.crop), cocoPlusJoints(model, posed.vertices));
    return posed;
}

}  // namespace hmr
