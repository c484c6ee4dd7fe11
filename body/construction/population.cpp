// SPDX-License-Identifier: MIT
#include "body/construction/population.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "body/construction/random_source.h"

namespace hmr {
namespace {

constexpr double kDensity = 985;    // kg/m³ of a living body
constexpr double kHeaviest = 1.15;  // the weight slider may go beyond MakeHuman's range

/// What is drawn for one person before the sliders for height and weight are known.
struct Person {
    MacroSliders sliders;
    double stature = 0, bodyMassIndex = 0;
};

double clipped(double x) {
    return std::clamp(x, 0.0, 1.0);
}

Person drawPerson(RandomSource& random) {
    Person person;
    MacroSliders& s = person.sliders;
    const bool isMale = random.chance(0.5);
    const double fromPureEnd = std::abs(random.normal(0, 0.08));
    s.gender = clipped(isMale ? 1 - fromPureEnd : fromPureEnd);
    if (random.chance(0.08)) s.gender = random.uniform();
    s.age = clipped(0.47 + 0.45 * random.beta(1.2, 1.5));
    for (double& share : s.ethnicity) share = random.gamma(0.5) + 1e-9;  // normalised: a Dirichlet draw
    s.proportions = clipped(random.normal(0.5, 0.2));
    s.cup = clipped(random.normal(0.5, 0.2));
    s.firmness = clipped(random.normal(0.5, 0.2));
    const bool isManly = s.gender > 0.5;
    person.stature = isManly ? random.normal(1.755, 0.075) : random.normal(1.625, 0.07);
    person.stature = std::clamp(person.stature, 1.40, 2.08);
    person.bodyMassIndex = (isManly ? random.normal(25.3, 4.2) : random.normal(24.8, 5.0)) + random.exponential(0.9);
    person.bodyMassIndex = std::clamp(person.bodyMassIndex, 16.5, 42.0);
    s.muscle = std::clamp(random.normal(0.47 - 0.016 * (person.bodyMassIndex - 24), 0.16), 0.03, 0.95);
    return person;
}

double interpolate(double x, const std::vector<double>& xs, const std::vector<double>& ys) {
    if (x <= xs.front()) return ys.front();
    for (std::size_t k = 1; k < xs.size(); ++k)
        if (x <= xs[k]) return ys[k - 1] + (ys[k] - ys[k - 1]) * (x - xs[k - 1]) / std::max(xs[k] - xs[k - 1], 1e-12);
    return ys.back();
}

void solveHeight(const MacroSpace& space, Person& person) {
    std::vector<double> sliders{0, 0.5, 1}, statures;
    for (const double height : sliders) {
        person.sliders.height = height;
        statures.push_back(statureOf(space.half(person.sliders)));
    }
    person.sliders.height = interpolate(person.stature, statures, sliders);
}

/// A body is linear in the weight slider on either side of ½, so three bodies give all of them.
void solveWeight(const MacroSpace& space, const HalfTriangles& triangles, Person& person) {
    const std::vector<double> sliders{0, 0.25, 0.5, 0.75, 1, kHeaviest};
    for (int attempt = 0;; ++attempt) {
        std::array<Eigen::VectorXf, 3> bodies;
        for (int k = 0; k < 3; ++k) {
            person.sliders.weight = 0.5 * k;
            bodies[k] = space.half(person.sliders);
        }
        std::vector<double> indices;
        for (const double weight : sliders) {
            const int below = weight < 0.5 ? 0 : 1;
            const auto share = static_cast<float>(2 * weight - below);
            const Eigen::VectorXf body = bodies[below] + share * (bodies[below + 1] - bodies[below]);
            const double stature = statureOf(body);
            indices.push_back(symmetricVolume(body, triangles) * kDensity / (stature * stature));
        }
        person.sliders.weight = interpolate(person.bodyMassIndex, indices, sliders);
        if (attempt == 3 || person.bodyMassIndex <= indices.back() + 0.3) return;
        person.sliders.muscle *= 0.6;  // MakeHuman's fattest bodies have little muscle
    }
}

}  // namespace

double statureOf(const Eigen::VectorXf& half) {
    const Eigen::Map<const Points3f> points(half.data(), half.size() / 3, 3);
    return points.col(1).maxCoeff() - points.col(1).minCoeff();
}

double symmetricVolume(const Eigen::VectorXf& half, const HalfTriangles& triangles) {
    double sum = 0;
    for (int t = 0; t < triangles.rows(); ++t) {
        const float* a = &half[3 * triangles(t, 0)];
        const float* b = &half[3 * triangles(t, 1)];
        const float* c = &half[3 * triangles(t, 2)];
        sum += a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) +
               a[2] * (b[0] * c[1] - b[1] * c[0]);
    }
    return sum / 3;  // two halves, six tetrahedra's volumes
}

Population samplePopulation(const MacroSpace& space, const SkinWeights& halfWeights, const HalfTriangles& triangles,
                            int count, std::uint64_t seed, const Progress& progress) {
    RandomSource random(seed);
    Population population;
    population.halves.resize(count, 3 * halfWeights.rows());
    population.statures.resize(count);
    population.bodyMassIndices.resize(count);
    for (int n = 0; n < count; ++n) {
        Person person = drawPerson(random);
        solveHeight(space, person);
        solveWeight(space, triangles, person);
        const Eigen::VectorXf flat = space.half(person.sliders);
        Points3d skin = Eigen::Map<const Points3f>(flat.data(), flat.size() / 3, 3).cast<double>();
        Points3d joints = space.joints(person.sliders);
        bringIntoTPose(skin, joints, halfWeights);
        const Points3f posed = skin.cast<float>();
        const Eigen::VectorXf row = Eigen::Map<const Eigen::VectorXf>(posed.data(), posed.size());
        population.halves.row(n) = row.transpose();
        population.joints.push_back(joints);
        population.sliders.push_back(person.sliders);
        population.statures[n] = statureOf(row);
        population.bodyMassIndices[n] =
            symmetricVolume(row, triangles) * kDensity / (population.statures[n] * population.statures[n]);
        if ((n + 1) % 200 == 0) progress("  " + std::to_string(n + 1) + " of " + std::to_string(count) + " bodies");
    }
    return population;
}

}  // namespace hmr
