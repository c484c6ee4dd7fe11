// SPDX-License-Identifier: MIT
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "body/body_model.h"
#include "body/posing.h"
#include "network/hmr_network.h"
#include "training/evaluation/evaluation_set.h"

namespace hmr {

/// A body that somebody answered for a crop.
struct Answer {
    BodyParameters parameters;
    WeakPerspectiveCamera camera;
    Points3f vertices;  ///< [V,3] metres, camera axes, before the camera
    Points2d joints2d;  ///< [19,2] crop coordinates
};

/// Poses and projects the body.
Answer answerOf(const BodyModel& body, const BodyParameters& parameters, const WeakPerspectiveCamera& camera);

/// A way of answering for a batch of people.
class Method {
public:
    virtual ~Method() = default;
    virtual std::string name() const = 0;
    virtual std::vector<Answer> answer(std::span<const EvaluationPerson> people) = 0;
};

/// The network alone.
std::unique_ptr<Method> networkMethod(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body);

/// The network, its bodies pulled onto the joints that it sees, as the program does (body/fitting/seen_joint_fitter.h).
std::unique_ptr<Method> fittedNetworkMethod(std::shared_ptr<HmrNetwork> network, std::shared_ptr<const BodyModel> body);

/// The same body for everybody.
std::unique_ptr<Method> constantMethod(std::string name, const BodyModel& body, const BodyParameters& parameters);

/// Optimisation alone: what `start` answers, pulled onto the annotated 2D joints (SMPLify's objective, body/fitting).
/// `poseDeviation`: radians that joints may well turn from the start.
std::unique_ptr<Method> fitMethod(std::string name, std::shared_ptr<const BodyModel> body, std::unique_ptr<Method> start, double poseDeviation);

}  // namespace hmr
