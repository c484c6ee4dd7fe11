// SPDX-License-Identifier: MIT
#include "body/construction/open_body.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "body/construction/decimation.h"
#include "body/construction/labels.h"
#include "body/construction/mesh.h"
#include "body/construction/point_regressor.h"
#include "body/construction/pose_correctives.h"
#include "body/construction/shape_space.h"
#include "body/rotation.h"
#include "body/skeleton.h"

namespace hmr {
namespace {

using Eigen::MatrixXd;
using Eigen::MatrixXf;
using Eigen::Vector3d;
using Eigen::VectorXd;

constexpr double kLengthGrid = 1 << 20;           // lengths are kept in steps of a micrometre, which compresses well
constexpr double kHiddenImportance = 0.05;  // of vertices that nobody sees
constexpr int kNumRegressorBodies = 1000, kNumPosedBodies = 500, kNumTestPoses = 150;
constexpr std::size_t kNumExampleVertices = 128;
constexpr int kNumExamplePoses = 48;

/// About so many of the entries, evenly spaced.
std::vector<std::uint32_t> evenlySpaced(const std::vector<std::uint32_t>& all, std::size_t count) {
    std::vector<std::uint32_t> some;
    for (std::size_t i = 0; i < count; ++i) some.push_back(all[i * all.size() / count]);
    return some;
}

/// Everything that is known while the body grows.
class Construction {
public:
    Construction(const MakeHumanFigure& figure, const OpenBodyOptions& options, const Progress& progress)
        : figure_(figure),
          options_(options),
          progress_(progress),
          symmetry_(skinMirror(figure), figure.vertices.topRows(figure.numSkinVertices)),
          skin_(splitQuads(figure, symmetry_)),
          halfTriangles_(halfTriangles(skin_, symmetry_)),
          halfWeights_(mergedHalfWeights(figure, symmetry_)),
          weights_(wholeWeights(halfWeights_, symmetry_)) {}

    OpenBody build() {
        learnShapes();
        learnJoints();
        learnPoseCorrectives();
        learnCocoPlus();
        OpenBody result;
        result.master = masterData();
        result.coarse = coarseData(result.master);
        result.figures = std::move(figures_);
        result.examples = std::move(examples_);
        return result;
    }

private:
    static std::vector<std::uint32_t> skinMirror(const MakeHumanFigure& figure) {
        return {figure.mirrorVertices.begin(), figure.mirrorVertices.begin() + figure.numSkinVertices};
    }

    void note(const std::string& name, double value) { figures_.emplace_back(name, value); }

    void learnShapes() {
        progress_("Drawing " + std::to_string(options_.numBodies + options_.numTestBodies) + " adults");
        const MacroSpace space(figure_, symmetry_);
        population_ =
            samplePopulation(space, halfWeights_, halfTriangles_, options_.numBodies, options_.seed, progress_);
        const Population unseen = samplePopulation(space, halfWeights_, halfTriangles_, options_.numTestBodies,
                                                   options_.seed + 1000, progress_);
        notePopulation();

        progress_("Finding the principal components");
        VectorXd mean = population_.halves.cast<double>().colwise().mean();
        const Points3d meanWhole = symmetry_.whole(Eigen::Map<const Points3d>(mean.data(), mean.size() / 3, 3));
        const auto isVisible = visibleFromOutside(meanWhole, skin_.triangles);
        note("hidden vertices", static_cast<double>(std::count(isVisible.begin(), isVisible.end(), false)));
        importance_.resize(symmetry_.numVertices());
        for (std::uint32_t v = 0; v < isVisible.size(); ++v)
            importance_[v] = isVisible[v] && isVisible[symmetry_.mirror()[v]] ? 1 : kHiddenImportance;
        const VectorXd areas = vertexAreas(meanWhole, skin_.triangles).cwiseProduct(importance_);
        VectorXd halfAreas(symmetry_.numHalf());
        for (int h = 0; h < symmetry_.numHalf(); ++h) {
            const std::uint32_t v = symmetry_.half()[h];
            halfAreas[h] = symmetry_.isMiddle(v) ? areas[v] : areas[v] + areas[symmetry_.mirror()[v]];
        }
        ShapeSpace shapes = fitShapeSpace(population_, halfAreas, halfTriangles_, kNumBetas);
        roundToGrid(shapes);
        noteShapes(shapes, reconstructionError(shapes, kNumBetas, unseen, halfAreas, symmetry_));
        halfMean_ = Eigen::Map<const Points3d>(shapes.meanHalf.data(), shapes.meanHalf.size() / 3, 3);
        mean_ = symmetry_.whole(halfMean_);
        landmarks_ = skinLandmarks(mean_, symmetry_);
        halfDirections_ = shapes.directions;
        testBodies_ = wholeBodies(unseen, options_.numTestBodies);
        testJoints_ = unseen.joints;
        keepUnseenShapes();
    }

    void keepUnseenShapes() {
        std::vector<std::uint32_t> all(symmetry_.mirror().size());
        std::iota(all.begin(), all.end(), 0u);
        examples_.shapeVertices = evenlySpaced(all, kNumExampleVertices);
        examples_.shapes.resize(testBodies_.rows(), static_cast<Eigen::Index>(3 * kNumExampleVertices));
        for (std::size_t i = 0; i < kNumExampleVertices; ++i)
            examples_.shapes.middleCols<3>(static_cast<Eigen::Index>(3 * i)) = testBodies_.middleCols<3>(3 * static_cast<Eigen::Index>(examples_.shapeVertices[i]));
    }

    /// `shares` [V] of dual quaternions.
    void keepUnseenPoses(const VectorXd& shares) {
        std::vector<std::uint32_t> blended;
        for (int v = 0; v < weights_.rows(); ++v)
            if (SkinWeights::InnerIterator entry(weights_, v); entry && ++entry) blended.push_back(static_cast<std::uint32_t>(v));
        examples_.poseVertices = evenlySpaced(blended, kNumExampleVertices);
        examples_.poses.resize(kNumExamplePoses, 3 * kNumSmplJoints);
        examples_.posed.resize(kNumExamplePoses, static_cast<Eigen::Index>(3 * kNumExampleVertices));
        RandomSource random(options_.seed + 3000);
        for (int n = 0; n < kNumExamplePoses; ++n) {
            const auto pose = randomPose(random);
            for (int j = 0; j < kNumSmplJoints; ++j) examples_.poses.row(n).segment<3>(3 * j) = axisAngleFromRotation(pose[j]).transpose();
            const Points3d target = TargetSkinning::pose(mean_, weights_, shares, chainRotations(pose, joints_));
            for (std::size_t i = 0; i < kNumExampleVertices; ++i)
                examples_.posed.row(n).segment<3>(static_cast<Eigen::Index>(3 * i)) = target.row(examples_.poseVertices[i]).cast<float>();
        }
    }

    void roundToGrid(ShapeSpace& shapes) const {
        const auto rounded = [](double x) { return std::round(x * kLengthGrid) / kLengthGrid; };
        shapes.meanHalf = shapes.meanHalf.unaryExpr(rounded);
        shapes.directions = shapes.directions.unaryExpr(rounded);
        for (int h = 0; h < symmetry_.numHalf(); ++h)
            if (symmetry_.isMiddle(symmetry_.half()[h])) {
                shapes.meanHalf[3 * h] = 0;
                shapes.directions.row(3 * h).setZero();
            }
    }

    void notePopulation() {
        for (const bool isMale : {true, false}) {
            double count = 0, stature = 0, index = 0, staturesSquared = 0, indexSquared = 0;
            for (Eigen::Index n = 0; n < population_.statures.size(); ++n) {
                if ((population_.sliders[n].gender > 0.5) != isMale) continue;
                count += 1;
                stature += population_.statures[n];
                index += population_.bodyMassIndices[n];
                staturesSquared += population_.statures[n] * population_.statures[n];
                indexSquared += population_.bodyMassIndices[n] * population_.bodyMassIndices[n];
            }
            const std::string who = isMale ? "men" : "women";
            stature /= count;
            index /= count;
            note(who, count);
            note(who + " stature m", stature);
            note(who + " stature deviation m", std::sqrt(staturesSquared / count - stature * stature));
            note(who + " body mass index", index);
            note(who + " body mass index deviation", std::sqrt(indexSquared / count - index * index));
        }
    }

    void noteShapes(const ShapeSpace& shapes, const ReconstructionError& error) {
        for (int k = 0; k < kNumBetas; ++k) {
            const std::string name = "beta " + std::to_string(k + 1);
            note(name + " variance explained so far", shapes.explained[k]);
            const char* traits[] = {"stature", "body mass index", "gender", "age", "muscle"};
            for (int p = 0; p < 5; ++p) note(name + " correlation with " + traits[p], shapes.correlations(k, p));
        }
        note("unseen bodies mean mm", error.mean);
        note("unseen bodies area-weighted mean mm", error.areaWeightedMean);
        note("unseen bodies rms mm", error.rms);
        note("unseen bodies 99th percentile mm", error.percentile99);
        note("unseen bodies worst vertex mm", error.worst);
        note("unseen bodies mean mm with betas 0", error.meanShapeAlone);
    }

    /// The first bodies of a population as flat whole bodies [n,3V].
    ExampleBodies wholeBodies(const Population& population, int count) const {
        ExampleBodies bodies(count, 3 * symmetry_.numVertices());
        for (int n = 0; n < count; ++n)
            for (std::uint32_t v = 0; v < symmetry_.mirror().size(); ++v) {
                auto point = population.halves.row(n).segment<3>(3 * symmetry_.halfRow(v)).eval();
                if (symmetry_.isRight(v)) point[0] = -point[0];
                bodies.row(n).segment<3>(3 * v) = point;
            }
        return bodies;
    }

    void learnJoints() {
        progress_("Fitting the joint regressor");
        Points3d meanJoints = Points3d::Zero(kNumSmplJoints, 3);
        for (const Points3d& joints : population_.joints)
            meanJoints += joints / static_cast<double>(population_.joints.size());
        const int count = std::min(kNumRegressorBodies, options_.numBodies);
        bodies_ = wholeBodies(population_, count);
        meanJoints_ = meanJoints;
        population_.joints.resize(count);
        const std::vector<bool> all(symmetry_.mirror().size(), true);
        jointRows_ =
            fitJointRows(bodies_, population_.joints, jointCandidates(mean_, meanJoints, weights_, all), symmetry_);
        population_.halves.resize(0, 0);
        joints_ = regressJoints(mean_);
        noteRegressor("joint regressor", jointRows_, testBodies_, testJoints_);
    }

    void noteRegressor(const std::string& name, const std::vector<RegressorRow>& rows, const ExampleBodies& bodies,
                       const std::vector<Points3d>& targets) {
        double all = 0;
        for (std::size_t j = 0; j < rows.size(); ++j) {
            double sum = 0;
            for (Eigen::Index n = 0; n < bodies.rows(); ++n)
                sum += 1000 * (regress(rows[j], bodies.row(n).data()) - targets[n].row(j).transpose()).norm();
            const std::string_view joint = rows.size() == kNumSmplJoints ? kSmplJointNames[j] : kCocoPlusNames[j];
            note(name + " error mm " + std::string(joint), sum / static_cast<double>(bodies.rows()));
            all += sum / static_cast<double>(bodies.rows() * static_cast<Eigen::Index>(rows.size()));
        }
        note(name + " error mm", all);
    }

    Points3d regressJoints(const Points3d& whole) const {
        const Points3f flat = whole.cast<float>();
        Points3d joints(kNumSmplJoints, 3);
        for (int j = 0; j < kNumSmplJoints; ++j) joints.row(j) = regress(jointRows_[j], flat.data()).transpose();
        return joints;
    }

    void learnPoseCorrectives() {
        progress_("Fitting the pose blend shapes to " + std::to_string(options_.numPoses) + " poses");
        const TargetSkinning target(weights_, skin_.triangles);
        VectorXd shares(symmetry_.numHalf());
        for (int h = 0; h < symmetry_.numHalf(); ++h) {
            const std::uint32_t v = symmetry_.half()[h];
            shares[h] = 0.5 * (target.shares()[v] + target.shares()[symmetry_.mirror()[v]]);
        }
        VectorXd wholeShares(symmetry_.numVertices());
        for (std::uint32_t v = 0; v < symmetry_.mirror().size(); ++v) wholeShares[v] = shares[symmetry_.halfRow(v)];
        keepUnseenPoses(wholeShares);
        const SkinToFit skin{halfMean_, joints_, halfWeights_, shares, symmetry_};
        halfPoseDirections_ = fitPoseCorrectives(skin, options_.numPoses, options_.seed + 2000);
        noteCorrectives("pose blend shapes, mean body",
                        correctiveError(skin, halfPoseDirections_, kNumTestPoses, options_.seed + 3000));
        for (const int k : {0, 3})
            for (const double beta : {-2.0, 2.0}) {
                const VectorXd flat = beta * halfDirections_.col(k);
                const Points3d shaped = halfMean_ + Eigen::Map<const Points3d>(flat.data(), flat.size() / 3, 3);
                const Points3d joints = regressJoints(symmetry_.whole(shaped));
                const SkinToFit other{shaped, joints, halfWeights_, shares, symmetry_};
                noteCorrectives("pose blend shapes, beta " + std::to_string(k + 1) + (beta < 0 ? " = -2" : " = +2"),
                                correctiveError(other, halfPoseDirections_, 40, options_.seed + 3000));
            }
        note("pose blend shape coefficients", static_cast<double>((halfPoseDirections_.array() != 0).count()));
    }

    void noteCorrectives(const std::string& name, const CorrectiveError& error) {
        note(name + ": rms mm before", error.rmsBefore);
        note(name + ": rms mm after", error.rmsAfter);
        note(name + ": mean mm before", error.meanBefore);
        note(name + ": mean mm after", error.meanAfter);
        note(name + ": worst mm before", error.worstBefore);
        note(name + ": worst mm after", error.worstAfter);
    }

    /// Bodies of random shape in random poses, and the 19 coco-plus points they should have.
    void posedExamples(int count, std::uint64_t seed, ExampleBodies& bodies, std::vector<Points3d>& points) const {
        RandomSource random(seed);
        const MatrixXd poseDirections = wholePoseDirections(halfPoseDirections_, symmetry_).cast<double>();
        bodies.resize(count, 3 * symmetry_.numVertices());
        points.clear();
        for (int n = 0; n < count; ++n) {
            VectorXd betas(kNumBetas);
            for (double& beta : betas) beta = random.normal(0, 1);
            const VectorXd flat = halfDirections_ * betas;
            Points3d shaped = symmetry_.whole(halfMean_ + Eigen::Map<const Points3d>(flat.data(), flat.size() / 3, 3));
            const Points3d joints = regressJoints(shaped);
            const auto pose = randomPose(random);
            const JointTransforms transforms = chainRotations(pose, joints);
            const VectorXd corrections = poseDirections * poseFeatures(pose);
            shaped += Eigen::Map<const Points3d>(corrections.data(), corrections.size() / 3, 3);
            const Points3f posed = blendLinearly(shaped, weights_, transforms).cast<float>();
            bodies.row(n) = Eigen::Map<const Eigen::RowVectorXf>(posed.data(), posed.size());
            points.push_back(cocoPlusTargets(joints, transforms, posed));
        }
    }

    /// Limb joints are SMPL's own; the neck's base lies a third of the way from the neck joint to the middle of the
    /// shoulders and moves with the chest; head top, nose, eyes and ears are points of the skin.
    Points3d cocoPlusTargets(const Points3d& restJoints, const JointTransforms& transforms,
                             const Points3f& posed) const {
        Points3d points(kNumCocoPlusJoints, 3);
        for (int c = 0; c < kNumLspJoints - 2; ++c) points.row(c) = transforms.joints.row(kLimbJoints[c]);
        const Vector3d base =
            (2 * restJoints.row(12) + 0.5 * (restJoints.row(16) + restJoints.row(17))).transpose() / 3;
        points.row(12) = (transforms.rotations[9] * base).transpose() + transforms.translations.row(9);
        for (int c = 13; c < kNumCocoPlusJoints; ++c) points.row(c) = regress(surfaceRow(c), posed.data()).transpose();
        return points;
    }

    RegressorRow surfaceRow(int point) const {
        const auto& vertices = landmarks_.at(std::string(kCocoPlusNames[point]));
        RegressorRow row;
        for (const std::uint32_t v : vertices) row.emplace_back(v, 1.0 / static_cast<double>(vertices.size()));
        return row;
    }

    /// All 19 rows from vertices that are allowed.
    std::vector<RegressorRow> fitCocoPlusRows(const ExampleBodies& bodies, const std::vector<Points3d>& points,
                                              const std::vector<bool>& isAllowed) const {
        const auto candidates = jointCandidates(mean_, joints_, weights_, isAllowed);
        std::vector<RegressorRow> rows(kNumCocoPlusJoints);
        for (int c = 3; c < kNumCocoPlusJoints; ++c) {  // 3 to 5 and 9 to 11 are the left limbs
            if (c >= 6 && c <= 8) continue;
            if (c > 12) {
                rows[c] = surfaceRow(c);
                continue;
            }
            Points3d targets(bodies.rows(), 3);
            for (Eigen::Index n = 0; n < bodies.rows(); ++n) targets.row(n) = points[n].row(c);
            rows[c] = fitRegressorRow(bodies, targets, candidates[c == 12 ? 12 : kLimbJoints[c]], c == 12, symmetry_);
        }
        for (const int c : {0, 1, 2, 6, 7, 8}) rows[c] = mirroredRow(rows[kCocoPlusFlip[c]], symmetry_);
        return rows;
    }

    void learnCocoPlus() {
        progress_("Fitting the regressor of the 19 coco-plus joints to posed bodies");
        posedExamples(kNumPosedBodies, options_.seed + 4000, posedBodies_, posedPoints_);
        cocoRows_ = fitCocoPlusRows(posedBodies_, posedPoints_, std::vector<bool>(symmetry_.mirror().size(), true));
        ExampleBodies unseen;
        std::vector<Points3d> points;
        posedExamples(100, options_.seed + 5000, unseen, points);
        noteRegressor("coco-plus regressor on unseen posed bodies", cocoRows_, unseen, points);
    }

    static Eigen::SparseMatrix<float, Eigen::RowMajor> sparse(const std::vector<RegressorRow>& rows,
                                                              Eigen::Index columns) {
        std::vector<Eigen::Triplet<float>> entries;
        for (std::size_t r = 0; r < rows.size(); ++r)
            for (const auto& [vertex, weight] : rows[r])
                entries.emplace_back(static_cast<int>(r), static_cast<int>(vertex), static_cast<float>(weight));
        Eigen::SparseMatrix<float, Eigen::RowMajor> matrix(static_cast<Eigen::Index>(rows.size()), columns);
        matrix.setFromTriplets(entries.begin(), entries.end());
        return matrix;
    }

    /// Keeps the texture coordinates that the faces use, in their order.
    void setTexture(BodyModelData& data, const Triangles& textureTriangles) const {
        const std::set<std::uint32_t> used(textureTriangles.data(), textureTriangles.data() + textureTriangles.size());
        data.textureCoordinates.resize(static_cast<Eigen::Index>(used.size()), 2);
        std::map<std::uint32_t, std::uint32_t> row;
        for (const std::uint32_t id : used) {
            const auto next = static_cast<std::uint32_t>(row.size());
            data.textureCoordinates.row(next) = figure_.textureCoordinates.row(id);
            row[id] = next;
        }
        data.textureTriangles = textureTriangles.unaryExpr([&](std::uint32_t id) { return row.at(id); });
    }

    BodyModelData masterData() const {
        BodyModelData data;
        data.modelId = "openbody-1.0";
        data.templateVertices = mean_.cast<float>();
        data.shapeDirections.resize(3 * symmetry_.numVertices(), kNumBetas);
        for (int k = 0; k < kNumBetas; ++k) {
            const VectorXd column = halfDirections_.col(k);
            const Points3f whole =
                symmetry_.whole(Eigen::Map<const Points3d>(column.data(), column.size() / 3, 3)).cast<float>();
            data.shapeDirections.col(k) = Eigen::Map<const Eigen::VectorXf>(whole.data(), whole.size());
        }
        data.shapeDirections.array() += 0.0f;  // no negative zeros
        data.templateVertices.array() += 0.0f;
        data.poseDirections = wholePoseDirections(halfPoseDirections_, symmetry_);
        data.jointRegressor = sparse(jointRows_, symmetry_.numVertices());
        data.skinWeights = weights_.cast<float>();
        data.cocoPlusRegressor = sparse(cocoRows_, symmetry_.numVertices());
        data.parents.assign(kSmplParents.begin(), kSmplParents.end());
        data.triangles = skin_.triangles;
        data.jointNames.assign(kSmplJointNames.begin(), kSmplJointNames.end());
        data.betaNames = betaNames();
        data.landmarks = landmarks_;
        const PartLabels labels = partLabels(halfWeights_, symmetry_);
        data.partLabels24 = labels.of24;
        data.partLabels14 = labels.of14;
        data.partLabels6 = labels.of6;
        data.mirrorVertices = symmetry_.mirror();
        setTexture(data, skin_.textureTriangles);
        return data;
    }

    BodyModelData coarseData(const BodyModelData& master) {
        progress_("Reducing the mesh to " + std::to_string(options_.numCoarseVertices) + " vertices");
        std::vector<bool> isLocked(symmetry_.mirror().size(), false);
        for (const auto& [name, vertices] : master.landmarks)
            for (const std::uint32_t v : vertices) isLocked[v] = isLocked[symmetry_.mirror()[v]] = true;
        const CoarserSkin coarse = decimate(mean_, skin_, symmetry_, isLocked, importance_, options_.numCoarseVertices);
        std::vector<bool> isKept(symmetry_.mirror().size(), false);
        std::vector<std::uint32_t> row(symmetry_.mirror().size(), 0);
        for (std::size_t r = 0; r < coarse.kept.size(); ++r) {
            isKept[coarse.kept[r]] = true;
            row[coarse.kept[r]] = static_cast<std::uint32_t>(r);
        }
        BodyModelData data = subsetOf(master, coarse.kept, row);
        data.triangles = coarse.skin.triangles;
        setTexture(data, coarse.skin.textureTriangles);

        progress_("Fitting its regressors");
        const auto toRows = [&](std::vector<RegressorRow> rows) {
            for (auto& entries : rows)
                for (auto& entry : entries) entry.first = row[entry.first];
            return sparse(rows, static_cast<Eigen::Index>(coarse.kept.size()));
        };
        const auto given = [](const std::vector<RegressorRow>& rows, const ExampleBodies& bodies) {
            std::vector<Points3d> points;
            for (Eigen::Index n = 0; n < bodies.rows(); ++n) {
                points.emplace_back(static_cast<Eigen::Index>(rows.size()), 3);
                for (std::size_t r = 0; r < rows.size(); ++r)
                    points.back().row(r) = regress(rows[r], bodies.row(n).data()).transpose();
            }
            return points;
        };
        const auto jointRows = fitJointRows(bodies_, given(jointRows_, bodies_),
                                            jointCandidates(mean_, meanJoints_, weights_, isKept), symmetry_);
        noteRegressor("coarse joint regressor against the master's", jointRows, testBodies_,
                      given(jointRows_, testBodies_));
        data.jointRegressor = toRows(jointRows);
        const auto cocoRows = fitCocoPlusRows(posedBodies_, given(cocoRows_, posedBodies_), isKept);
        noteRegressor("coarse coco-plus regressor against the master's", cocoRows, posedBodies_,
                      given(cocoRows_, posedBodies_));
        data.cocoPlusRegressor = toRows(cocoRows);
        return data;
    }

    /// The rows of the kept vertices of everything that belongs to vertices.
    static BodyModelData subsetOf(const BodyModelData& master, const std::vector<std::uint32_t>& kept,
                                  const std::vector<std::uint32_t>& row) {
        BodyModelData data = master;
        data.modelId = "openbody-lod-1.0";
        const auto count = static_cast<Eigen::Index>(kept.size());
        data.templateVertices.resize(count, 3);
        data.shapeDirections.resize(3 * count, master.shapeDirections.cols());
        data.poseDirections.resize(3 * count, master.poseDirections.cols());
        std::vector<Eigen::Triplet<float>> weights;
        for (Eigen::Index r = 0; r < count; ++r) {
            const std::uint32_t v = kept[r];
            data.templateVertices.row(r) = master.templateVertices.row(v);
            data.shapeDirections.middleRows<3>(3 * r) = master.shapeDirections.middleRows<3>(3 * v);
            data.poseDirections.middleRows<3>(3 * r) = master.poseDirections.middleRows<3>(3 * v);
            for (Eigen::SparseMatrix<float, Eigen::RowMajor>::InnerIterator it(master.skinWeights, v); it; ++it)
                weights.emplace_back(static_cast<int>(r), static_cast<int>(it.col()), it.value());
            data.partLabels24[r] = master.partLabels24[v];
            data.partLabels14[r] = master.partLabels14[v];
            data.partLabels6[r] = master.partLabels6[v];
            data.mirrorVertices[r] = row[master.mirrorVertices[v]];
        }
        for (auto* labels : {&data.partLabels24, &data.partLabels14, &data.partLabels6}) labels->resize(kept.size());
        data.mirrorVertices.resize(kept.size());
        data.skinWeights.resize(count, kNumSmplJoints);
        data.skinWeights.setFromTriplets(weights.begin(), weights.end());
        for (auto& [name, vertices] : data.landmarks)
            for (std::uint32_t& v : vertices) v = row[v];
        return data;
    }

    /// SMPL's joint for each of the first twelve coco-plus joints.
    static constexpr int kLimbJoints[12] = {8, 5, 2, 1, 4, 7, 21, 19, 17, 16, 18, 20};

    const MakeHumanFigure& figure_;
    const OpenBodyOptions& options_;
    const Progress& progress_;
    Symmetry symmetry_;
    SkinTriangles skin_;
    HalfTriangles halfTriangles_;
    SkinWeights halfWeights_, weights_;
    Population population_;
    VectorXd importance_;
    std::map<std::string, std::vector<std::uint32_t>> landmarks_;
    Points3d halfMean_, mean_, meanJoints_, joints_;
    MatrixXd halfDirections_;
    MatrixXf halfPoseDirections_;
    ExampleBodies bodies_, testBodies_, posedBodies_;
    std::vector<Points3d> testJoints_, posedPoints_;
    std::vector<RegressorRow> jointRows_, cocoRows_;
    std::vector<std::pair<std::string, double>> figures_;
    BodyExamples examples_;
};

}  // namespace

OpenBody buildOpenBody(const MakeHumanFigure& figure, const OpenBodyOptions& options, const Progress& progress) {
    // Products are summed in blocks of the caches' sizes: fixed sizes give the same sums on every machine.
    Eigen::setCpuCacheSizes(32 << 10, 512 << 10, 4 << 20);
    return Construction(figure, options, progress).build();
}

}  // namespace hmr
