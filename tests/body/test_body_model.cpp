// SPDX-License-Identifier: MIT
#include <functional>
#include <limits>

#include "body/body_model.h"
#include "body/error.h"
#include "body/posing.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::SmallBody;

using Damage = std::function<void(BodyModelData&)>;
Q_DECLARE_METATYPE(Damage)

class TestBodyModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void anIntactBodyIsTaken() {
        const auto model = SmallBody::model();
        QCOMPARE(model->numVertices(), 560);
        QCOMPARE(model->numJoints(), 24);
        QCOMPARE(model->numBetas(), 10);
        QCOMPARE(model->triangles().rows(), Eigen::Index{1008});
        QVERIFY(std::abs(model->templateJoints()(15, 1) - 1.54) < 1e-6);
    }

    void whatOnlyTheOpenBodyHasMayBeMissing() {
        BodyModelData data = SmallBody::data();
        data.cocoPlusRegressor.resize(0, 0);
        data.jointNames.clear();
        data.betaNames.clear();
        data.landmarks.clear();
        data.partLabels24.clear();
        data.partLabels6.clear();
        data.mirrorVertices.clear();
        data.textureCoordinates.resize(0, 2);
        data.textureTriangles.resize(0, 3);
        QCOMPARE(BodyModel(data).numVertices(), 560);
    }

    void smplsMeshGetsCocoPlusJoints() {
        BodyModelData small = SmallBody::data(), data;
        const int numVertices = 6890;
        data.templateVertices = Points3f::Random(numVertices, 3);
        data.shapeDirections = Eigen::MatrixXf::Zero(3 * numVertices, 10);
        data.poseDirections = Eigen::MatrixXf::Zero(3 * numVertices, 207);
        data.jointRegressor = small.jointRegressor;
        data.jointRegressor.conservativeResize(24, numVertices);
        data.skinWeights.resize(numVertices, 24);
        for (int vertex = 0; vertex < numVertices; ++vertex) data.skinWeights.insert(vertex, vertex % 24) = 1;
        data.parents = small.parents;
        data.triangles = Triangles::Zero(13776, 3);
        const BodyModel model(std::move(data));
        const Points3f& vertices = model.data().templateVertices;
        const Points3d joints = cocoPlusJoints(model, vertices);
        QVERIFY((joints.row(0) - model.templateJoints().row(8)).norm() < 1e-6);
        QVERIFY((joints.row(11) - model.templateJoints().row(20)).norm() < 1e-6);
        QCOMPARE(joints.row(14).cast<float>(), vertices.row(332));
        QCOMPARE(joints.row(18).cast<float>(), vertices.row(4071));
    }

    void aDamagedBodyIsRefusedByField_data() {
        QTest::addColumn<QString>("field");
        QTest::addColumn<Damage>("damage");
        const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
        const auto row = [](const char* title, const char* field, Damage damage) {
            QTest::newRow(title) << QString(field) << damage;
        };
        row("no vertices", "v_template", [](auto& d) { d.templateVertices.resize(0, 3); });
        row("one vertex fewer", "shapedirs", [](auto& d) { d.templateVertices.conservativeResize(559, 3); });
        row("NaN vertex", "v_template", [=](auto& d) { d.templateVertices(3, 1) = nan; });
        row("infinite shape", "shapedirs", [=](auto& d) { d.shapeDirections(7, 2) = inf; });
        row("short posedirs", "posedirs", [](auto& d) { d.poseDirections.conservativeResize(Eigen::NoChange, 206); });
        row("NaN posedirs", "posedirs", [=](auto& d) { d.poseDirections(1679, 206) = nan; });
        row("23 regressed joints", "J_regressor", [](auto& d) { d.jointRegressor.conservativeResize(23, 560); });
        row("NaN regressor", "J_regressor", [=](auto& d) { d.jointRegressor.valuePtr()[0] = nan; });
        row("23 weighted joints", "weights", [](auto& d) { d.skinWeights.conservativeResize(560, 23); });
        row("weights that do not sum to 1", "weights", [](auto& d) { d.skinWeights.valuePtr()[0] = 0.5f; });
        row("NaN weights", "weights", [=](auto& d) { d.skinWeights.valuePtr()[5] = nan; });
        row("negative weights", "weights", [](auto& d) {
            d.skinWeights.coeffRef(0, 1) = -0.25f;
            d.skinWeights.coeffRef(0, 0) += 0.25f;
        });
        row("no joints", "kintree_table", [](auto& d) { d.parents.clear(); });
        row("rooted elsewhere", "kintree_table", [](auto& d) { d.parents[0] = 3; });
        row("loop", "kintree_table", [](auto& d) { d.parents[4] = 7; });
        row("two roots", "kintree_table", [](auto& d) { d.parents[5] = -1; });
        row("vertex beyond the end", "f", [](auto& d) { d.triangles(9, 2) = 560; });
        row("no triangles", "f", [](auto& d) { d.triangles.resize(0, 3); });
        row("18 coco-plus joints", "cocoplus_regressor", [](auto& d) { d.cocoPlusRegressor.conservativeResize(18, 560); });
        row("NaN coco-plus", "cocoplus_regressor", [=](auto& d) { d.cocoPlusRegressor.valuePtr()[2] = nan; });
        row("two joint names", "joint_names", [](auto& d) { d.jointNames.resize(2); });
        row("eleven beta names", "beta_names", [](auto& d) { d.betaNames.resize(11); });
        row("short part labels", "part24", [](auto& d) { d.partLabels24.pop_back(); });
        row("short part6", "part6", [](auto& d) { d.partLabels6.pop_back(); });
        row("mirror beyond the end", "mirror", [](auto& d) { d.mirrorVertices[0] = 100000; });
        row("mirror that does not come back", "mirror", [](auto& d) { d.mirrorVertices[0] = 1; });
        row("empty landmark", "landmarks", [](auto& d) { d.landmarks["nose"].clear(); });
        row("landmark beyond the end", "landmarks", [](auto& d) { d.landmarks["nose"] = {560}; });
        row("few texture triangles", "ft", [](auto& d) { d.textureTriangles.conservativeResize(3, 3); });
        row("texture beyond the end", "ft", [](auto& d) { d.textureTriangles(0, 0) = 560; });
        row("NaN texture", "vt", [=](auto& d) { d.textureCoordinates(0, 0) = nan; });
    }
    void aDamagedBodyIsRefusedByField() {
        QFETCH(QString, field);
        QFETCH(Damage, damage);
        BodyModelData data = SmallBody::data();
        damage(data);
        try {
            const BodyModel model(std::move(data));
            QFAIL("the damage was not noticed");
        } catch (const Error& error) {
            QVERIFY2(QString(error.what()).contains(": " + field + " "), error.what());
        }
    }
};

HMR_TEST_CLASS(TestBodyModel, "test_body_model")
#include "test_body_model.moc"
