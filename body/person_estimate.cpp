// SPDX-License-Identifier: MIT
#include "body/person_estimate.h"

#include "body/shared_joints.h"

namespace hmr {

PosedBody updateJoints(const BodyModel& model, PersonEstimate& person) {
    PosedBody posed = poseBody(model, person.parameters);
    person.joints3d = smplJoints(posed.joints);
    person.joints2d = project(frameCamera(person.camera, person.crop), cocoPlusJoints(model, posed.vertices));
    return posed;
}

}  // namespace hmr
