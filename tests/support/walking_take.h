// SPDX-License-Identifier: MIT
#pragma once
#include <cmath>
#include <random>

#include "body/motion/foot_locking.h"
#include "body/motion/take.h"
#include "body/rotation.h"
#include "support/small_body.h"

namespace hmr::test {

/// Somebody who walks to the side of the camera: legs and arms swing, the root goes on, everything is smooth in time.
inline BodyParameters walkingBody(double seconds, double phase) {
    const double swing = std::sin(2 * EIGEN_PI * seconds + phase);
    BodyParameters body;
    // Upright in camera axes with a turn towards the side, on the rotation manifold.
    const Eigen::Matrix3d upright = rotationFromAxisAngle({EIGEN_PI, 0, 0});
    body.pose.row(0) = axisAngleFromRotation(upright * rotationFromAxisAngle({0, 0.9 + 0.1 * swing, 0.03 * swing})).transpose();
    body.pose.row(1) << -0.5 * swing, 0, 0.02;
    body.pose.row(2) << 0.5 * swing, 0, -0.02;
    body.pose.row(4) << 0.35 + 0.3 * swing, 0, 0;
    body.pose.row(5) << 0.35 - 0.3 * swing, 0, 0;
    body.pose.row(16) << 0.1, 0.2 * swing, -1.2;
    body.pose.row(17) << 0.1, 0.2 * swing, 1.2;
    body.pose.row(18) << 0, -0.5 + 0.2 * swing, 0;
    // The left wrist passes the place where Euler angles are singular.
    body.pose.row(20) << 0, EIGEN_PI / 2 * swing, 0;
    body.betas[0] = 0.7;
    body.betas[3] = -0.5;
    body.translation << -1 + 1.2 * seconds + phase, 0.5 + 0.02 * std::cos(4 * EIGEN_PI * seconds), 5 + phase;
    return body;
}

/// A take of walkers; person k joins `10·k` frames later. Gaps are frames left out of person 1.
inline Take walkingTake(int numPeople, int numFrames, FrameRange gap = {}, double frameRate = 30) {
    Take take;
    take.source = "walk 走路.mp4";
    take.width = 1280;
    take.height = 720;
    take.focalLength = defaultFocalLength(take.width, take.height);
    take.frameRate = frameRate;
    take.numFrames = numFrames;
    for (int person = 0; person < numPeople; ++person) {
        Track track{person, "person_" + std::to_string(person + 1), 0, {}};
        for (int frame = 10 * person; frame < numFrames; ++frame) {
            if (person == 0 && gap.contains(frame)) continue;
            MotionSample sample;
            sample.body = walkingBody(frame / frameRate, 0.8 * person);
            const double pixels = take.focalLength / sample.body.translation.z();
            const Eigen::Vector2d middle = pixels * sample.body.translation.head<2>() + Eigen::Vector2d(640, 360);
            sample.crop = {middle, 2 * pixels};
            sample.box = {middle.x() - 0.4 * pixels, middle.y() - 0.9 * pixels, 0.8 * pixels, 1.8 * pixels};
            sample.confidence = 0.9;
            track.set(frame, std::make_shared<const MotionSample>(std::move(sample)));
        }
        take.tracks.push_back(std::move(track));
    }
    return take;
}

/// The track with every joint turned at random (radians) and the root shaken (metres).
inline Track shaken(const Track& track, double angle, double distance, unsigned seed = 3) {
    std::mt19937 generator(seed);
    std::normal_distribution<double> normal;
    const auto vector = [&](double size) { return Eigen::Vector3d(size * normal(generator), size * normal(generator), size * normal(generator)); };
    Track result = track;
    for (SharedSample& shared : result.samples) {
        if (!shared) continue;
        auto sample = std::make_shared<MotionSample>(*shared);
        for (Eigen::Index joint = 0; joint < sample->body.pose.rows(); ++joint) {
            const Eigen::Matrix3d turn = rotationFromAxisAngle(sample->body.pose.row(joint).transpose()) * rotationFromAxisAngle(vector(angle));
            sample->body.pose.row(joint) = axisAngleFromRotation(turn).transpose();
        }
        sample->body.translation += vector(distance);
        shared = std::move(sample);
    }
    return result;
}

/// Largest angle (radians) between the joints of two samples.
inline double largestTurn(const MotionSample& a, const MotionSample& b) {
    double largest = 0;
    for (Eigen::Index joint = 0; joint < a.body.pose.rows(); ++joint)
        largest = std::max(largest, angleBetween(rotationFromAxisAngle(a.body.pose.row(joint).transpose()), rotationFromAxisAngle(b.body.pose.row(joint).transpose())));
    return largest;
}

}  // namespace hmr::test
