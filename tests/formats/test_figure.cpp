// SPDX-License-Identifier: MIT
#include "formats/figure_mesh.h"
#include "support/error_text.h"
#include "support/figures.h"
#include "support/test_class.h"

using namespace hmr;

namespace {

/// Linear blend skinning as an animator's program does it, from what a figure holds.
Points3d skinned(const Figure& figure) {
    std::vector<Eigen::Affine3d> worldFromJoint, posedFromRest;
    for (std::size_t j = 0; j < figure.parents.size(); ++j) {
        const Eigen::Vector3d place = figure.restJoints.row(static_cast<Eigen::Index>(j)).transpose();
        const int parent = figure.parents[j];
        Eigen::Affine3d world = Eigen::Affine3d::Identity();
        if (parent < 0) {
            world.translate(place + figure.rootTranslation);
        } else {
            world = worldFromJoint[static_cast<std::size_t>(parent)];
            world.translate(place - figure.restJoints.row(parent).transpose());
        }
        world.rotate(figure.localRotations[j]);
        worldFromJoint.push_back(world);
        posedFromRest.push_back(world * Eigen::Translation3d(-place));
    }
    Points3d vertices = Points3d::Zero(figure.restVertices.rows(), 3);
    for (Eigen::Index v = 0; v < vertices.rows(); ++v)
        for (decltype(figure.skinWeights)::InnerIterator entry(figure.skinWeights, v); entry; ++entry)
            vertices.row(v) += static_cast<double>(entry.value()) *
                               (posedFromRest[static_cast<std::size_t>(entry.col())] * figure.restVertices.row(v).transpose().cast<double>()).transpose();
    return vertices;
}

double largestError(const Points3d& a, const Points3f& b) { return (a - b.cast<double>()).cwiseAbs().maxCoeff(); }

}  // namespace

class TestFigure : public QObject {
    Q_OBJECT
    std::shared_ptr<const BodyModel> model_ = test::SmallBody::model();

private Q_SLOTS:
    void skinningTheBakedRestShapeGivesThePose() {
        for (const unsigned seed : {1u, 2u, 3u}) {
            const Figure figure = figureFrom(*model_, test::bentPose(seed), "a", {0.3, -0.2, 4}, seed == 2);
            QVERIFY(largestError(skinned(figure), figure.posedVertices) < 1e-5);
        }
    }
    void withoutCorrectivesTheRestShapeIsTheShapedBody() {
        const BodyParameters parameters = test::bentPose(1);
        const Figure figure = figureFrom(*model_, parameters, "a", {0, 0, 4}, false, PoseCorrectives::Ignore);
        QVERIFY(figure.restVertices == shapeBody(*model_, parameters.betas));
        QVERIFY(largestError(skinned(figure), figure.posedVertices) > 1e-3);
    }
    void aPersonSeenUprightStandsUpright() {
        BodyParameters parameters;
        parameters.pose.row(0) << std::numbers::pi, 0, 0;
        const Figure figure = figureFrom(*model_, parameters, "a", {0.5, 0.3, 4}, true);
        const Eigen::Index top = model_->data().landmarks.at("head_top").front();
        QCOMPARE(figure.posedVertices.col(1).minCoeff(), 0.F);
        QVERIFY(figure.posedVertices(top, 1) > 0.99F * figure.posedVertices.col(1).maxCoeff());
        // In front of the camera, which looks along −z, to the right; facing it.
        const Eigen::Vector3d pelvis = figure.restJoints.row(0).transpose() + figure.rootTranslation;
        QVERIFY((Eigen::Vector2d(pelvis.x(), pelvis.z()) - Eigen::Vector2d(0.5, -4)).norm() < 0.02);
        QVERIFY(figure.localRotations[0].angularDistance(Eigen::Quaterniond::Identity()) < 1e-6);
    }
    void placesDifferByTheirTranslation() {
        const BodyParameters parameters = test::bentPose(1);
        const Figure a = figureFrom(*model_, parameters, "a", {0, 0, 4}, false);
        const Figure b = figureFrom(*model_, parameters, "b", {1, 2, 5}, false);
        const Points3d shift = (b.posedVertices - a.posedVertices).cast<double>();
        QVERIFY((shift.rowwise() - Eigen::RowVector3d(1, -2, -1)).cwiseAbs().maxCoeff() < 1e-5);
        QVERIFY((b.rootTranslation - a.rootTranslation - Eigen::Vector3d(1, -2, -1)).norm() < 1e-12);
    }
    void normalsPointOutwards() {
        const Figure figure = figureFrom(*model_, {}, "a", {0, 0, 4}, false);
        for (Eigen::Index f = 0; f < figure.triangles.rows(); ++f) {
            const Eigen::Vector3f a = figure.posedVertices.row(figure.triangles(f, 0)), b = figure.posedVertices.row(figure.triangles(f, 1)),
                                  c = figure.posedVertices.row(figure.triangles(f, 2));
            const Eigen::Vector3f face = (b - a).cross(c - a).normalized();
            float sum = 0;
            for (int corner = 0; corner < 3; ++corner) sum += face.dot(figure.posedNormals.row(figure.triangles(f, corner)).transpose());
            QVERIFY(sum > 0);
        }
    }
    void fewerInfluencesKeepThePose() {
        Figure figure = figureFrom(*model_, test::bentPose(1), "a", {0, 0, 4}, false);
        // Spread every vertex over the chain of its joints, and pose it anew.
        std::vector<Eigen::Triplet<float>> spread;
        for (Eigen::Index v = 0; v < figure.skinWeights.rows(); ++v) {
            int joint = static_cast<int>(decltype(figure.skinWeights)::InnerIterator(figure.skinWeights, v).col());
            float left = 1;
            for (int i = 0; i < 5 && figure.parents[static_cast<std::size_t>(joint)] >= 0; ++i, left *= 0.3F) {
                spread.emplace_back(static_cast<int>(v), joint, 0.7F * left);
                joint = figure.parents[static_cast<std::size_t>(joint)];
            }
            spread.emplace_back(static_cast<int>(v), joint, left);
        }
        figure.skinWeights.setFromTriplets(spread.begin(), spread.end());
        figure.posedVertices = skinned(figure).cast<float>();
        const Figure fewer = withFewerInfluences(figure, 2);
        for (Eigen::Index v = 0; v < fewer.skinWeights.rows(); ++v) {
            QVERIFY(fewer.skinWeights.row(v).nonZeros() <= 2);
            QVERIFY(std::abs(fewer.skinWeights.row(v).sum() - 1) < 1e-6F);
        }
        QVERIFY(largestError(skinned(fewer), figure.posedVertices) < 1e-5);
        QVERIFY((withFewerInfluences(figure, 24).restVertices - figure.restVertices).cwiseAbs().maxCoeff() == 0);
    }
    void seamsSplitVertices() {
        Figure figure = figureFrom(*model_, {}, "a", {0, 0, 4}, false);
        QCOMPARE(splitAtSeams(figure).bodyVertices.size(), static_cast<std::size_t>(figure.restVertices.rows()));
        // The first triangle gets a corner of its own.
        figure.textureCoordinates.conservativeResize(figure.textureCoordinates.rows() + 1, 2);
        figure.textureCoordinates.bottomRows<1>() << 0.25F, 0.75F;
        figure.textureTriangles(0, 1) = static_cast<std::uint32_t>(figure.textureCoordinates.rows() - 1);
        const SplitMesh split = splitAtSeams(figure);
        QCOMPARE(split.bodyVertices.size(), static_cast<std::size_t>(figure.restVertices.rows()) + 1);
        for (Eigen::Index corner = 0; corner < split.triangles.size(); ++corner) {
            QCOMPARE(split.bodyVertices[split.triangles.data()[corner]], figure.triangles.data()[corner]);
            QCOMPARE(split.textureVertices[split.triangles.data()[corner]], figure.textureTriangles.data()[corner]);
        }
        figure.textureTriangles.resize(0, 3);
        QVERIFY(splitAtSeams(figure).textureVertices.empty());
    }
    void namesAreGivenOutOnce() {
        UniqueNames names;
        QCOMPARE(names.take("a"), "a");
        QCOMPARE(names.take("a"), "a_2");
        QCOMPARE(names.take("a_2"), "a_2_2");
        QCOMPARE(names.take("a"), "a_3");
    }
    void nothingAndNaNsAreRefused() {
        QVERIFY(test::errorText([] { requireExportable({}); }).contains("no person"));
        std::vector<Figure> figures = {figureFrom(*model_, {}, "a", {0, 0, 4}, false)};
        figures[0].posedVertices(3, 1) = NAN;
        QVERIFY(test::errorText([&] { requireExportable(figures); }).contains("not finite"));
    }
};

HMR_TEST_CLASS(TestFigure, "test_figure")
#include "test_figure.moc"
