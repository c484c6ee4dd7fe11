// SPDX-License-Identifier: MIT
#include <QTemporaryDir>
#include <fstream>

#include "body/posing.h"
#include "body/shared_joints.h"
#include "formats/atomic_file.h"
#include "formats/body_cache.h"
#include "formats/body_file.h"
#include "formats/body_identity.h"
#include "formats/face_points.h"
#include "formats/npz.h"
#include "support/error_text.h"
#include "support/plain_file.h"
#include "support/small_body.h"
#include "support/test_class.h"

using namespace hmr;
using hmr::test::errorText;
namespace fs = std::filesystem;

namespace {

fs::path dataFile(const QString& name) { return fs::path(HMR_TEST_DATA) / "models" / name.toStdString(); }

Points3d pointsOf(const NdArray& array) {
    const std::vector<double> values = array.as<double>();
    return Eigen::Map<const Points3d>(values.data(), static_cast<Eigen::Index>(array.shape.at(0)), 3);
}

}  // namespace

/// Bodies in the layouts that SMPL's files come in (data/models/make_bodies.py) against SMPL's equations in NumPy.
class TestBodyKinds : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;

private Q_SLOTS:
    void everyKindPosesAsTheReference_data() {
        QTest::addColumn<QString>("reference");
        for (const char* name : {"tiny.npz", "tiny_python2_p0.pkl", "tiny_python2_p1.pkl", "tiny_python2_p2.pkl", "tiny_python3_p2.pkl",
                                 "tiny_python3_p3.pkl", "tiny_python3_p4.pkl", "tiny_python3_p5.pkl", "tiny_chumpy_python2.pkl",
                                 "tiny_chumpy_reordered.pkl", "tiny_csr.pkl", "tiny_coo.pkl", "tiny_orders.pkl", "tiny_hmr.pkl"})
            QTest::newRow(name) << "tiny_reference.npz";
        QTest::newRow("tiny_300.pkl") << "tiny_300_reference.npz";
        QTest::newRow("hands.npz") << "hands_reference.npz";
        QTest::newRow("expressive.npz") << "expressive_reference.npz";
    }
    void everyKindPosesAsTheReference() {
        QFETCH(QString, reference);
        const auto model = loadBodyModel(dataFile(QTest::currentDataTag()));
        const NpzArrays expected = readNpz(dataFile(reference));
        for (const std::string number : {"0", "1", "2"}) {
            BodyParameters parameters;
            parameters.pose = pointsOf(expected.at("pose" + number));
            const std::vector<double> betas = expected.at("betas" + number).as<double>();
            parameters.betas = Eigen::Map<const Eigen::VectorXd>(betas.data(), static_cast<Eigen::Index>(betas.size()));
            const PosedBody posed = poseBody(*model, parameters);
            const double vertexError = (posed.vertices.cast<double>() - pointsOf(expected.at("vertices" + number))).cwiseAbs().maxCoeff();
            const double jointError = (posed.joints - pointsOf(expected.at("joints" + number))).cwiseAbs().maxCoeff();
            QVERIFY2(vertexError < 1e-6, qPrintable(QString::number(vertexError)));
            QVERIFY2(jointError < 1e-6, qPrintable(QString::number(jointError)));
        }
    }
    void allFilesOfOneBodyHaveItsHash() {
        const std::string hash = loadBodyModel(dataFile("tiny.npz"))->data().contentHash;
        for (const char* name : {"tiny_python2_p0.pkl", "tiny_python3_p5.pkl", "tiny_chumpy_reordered.pkl", "tiny_coo.pkl", "tiny_orders.pkl"})
            QCOMPARE(loadBodyModel(dataFile(name))->data().contentHash, hash);
    }
    void hmrsOwnFileBringsItsJoints() {
        const auto model = loadBodyModel(dataFile("tiny_hmr.pkl"));
        std::ifstream text(dataFile("tiny_hmr_cocoplus.txt"));
        Eigen::MatrixXd expected(19, model->numVertices());
        for (int r = 0; r < expected.rows(); ++r)
            for (int c = 0; c < expected.cols(); ++c) text >> expected(r, c);
        QVERIFY((Eigen::MatrixXf(model->data().cocoPlusRegressor).cast<double>() - expected).cwiseAbs().maxCoeff() < 1e-7);
    }
    void smplsPoseDrivesTheSharedJointsOfABodyWithHands_data() {
        QTest::addColumn<int>("numJoints");
        QTest::addColumn<int>("rightHand");
        QTest::newRow("hands.npz") << 52 << 40;
        QTest::newRow("expressive.npz") << 55 << 43;
    }
    void smplsPoseDrivesTheSharedJointsOfABodyWithHands() {
        QFETCH(int, numJoints);
        QFETCH(int, rightHand);
        const auto model = loadBodyModel(dataFile(QTest::currentDataTag()));
        QCOMPARE(model->numJoints(), numJoints);
        QVERIFY(sharesSmplJoints(model->data().parents));
        Points3d pose = Points3d::Random(24, 3);
        const Points3d whole = poseForModel(*model, pose);
        QCOMPARE(whole.rows(), numJoints);
        QVERIFY(whole.topRows(22) == pose.topRows(22));
        QVERIFY(whole.bottomRows(numJoints - 22).isZero(0));
        BodyParameters of24, ofAll;
        of24.pose = pose;
        ofAll.pose = whole;
        QVERIFY(poseBody(*model, of24).vertices == poseBody(*model, ofAll).vertices);
        const Points3d joints = smplJoints(poseBody(*model, ofAll).joints);
        QCOMPARE(joints.rows(), 24);
        QVERIFY(joints.topRows(22) == poseBody(*model, ofAll).joints.topRows(22));
        QVERIFY(joints.row(23) == poseBody(*model, ofAll).joints.row(rightHand));
        of24.pose = Points3d::Zero(30, 3);
        QVERIFY(errorText([&] { poseBody(*model, of24); }).contains("30 joints"));
    }
    void familiesAreTold() {
        BodyModelData data;
        data.templateVertices = Points3f::Zero(6890, 3);
        data.shapeDirections.resize(0, 10);
        data.parents.assign(24, 0);
        BodyIdentity identity = identifyBody(data, "basicmodel_f_lbs_10_207_0_v1.1.0.pkl");
        QCOMPARE(identity.family + " " + identity.gender + " " + identity.version, "SMPL female 1.1.0");
        identity = identifyBody(data, "SMPL_MALE.pkl");
        QCOMPARE(identity.family + " " + identity.gender, "SMPL male");
        QCOMPARE(identity.version, "1.0.0");  // published with ten shapes, as a pickle
        QCOMPARE(identifyBody(data, "SMPL_MALE.npz").version, "");
        data.modelId = "smpl-male-1.0.0";  // as hmr convert writes it
        QCOMPARE(identifyBody(data, "copy.npz").version, "1.0.0");
        data.modelId.clear();
        data.shapeDirections.resize(0, 16);
        QCOMPARE(identifyBody(data, "SMPL_MALE.pkl").version, "");
        data.shapeDirections.resize(0, 300);
        QCOMPARE(identifyBody(data, "SMPL_NEUTRAL.pkl").version, "1.1.0");
        completeBody(data, "basicModel_neutral_lbs_10_207_0_v1.0.0.pkl");
        QCOMPARE(data.modelId, "smpl-neutral");
        QCOMPARE(data.landmarks.at("nose"), std::vector<std::uint32_t>{332});
        QCOMPARE(data.landmarks.at("right_eye"), std::vector<std::uint32_t>{6260});
        QCOMPARE(data.jointNames.back(), "right_hand");
        data = {};
        data.templateVertices = Points3f::Zero(10475, 3);
        data.parents.assign(55, 0);
        data.shapeDirections.setOnes(3, 400);
        completeBody(data, "SMPLX_NEUTRAL.npz");
        QCOMPARE(data.modelId, "smpl-x-neutral");
        QCOMPARE(data.jointNames.size(), 55u);
        QCOMPARE(data.shapeDirections.cols(), 300);  // without its 100 expressions
        QCOMPARE(data.jointNames[40], "right_index1");
        QCOMPARE(data.landmarks.at("left_ear"), std::vector<std::uint32_t>{6});
    }
    void whatIsNoBodyIsOneClearSentence_data() {
        QTest::addColumn<QString>("expected");
        QTest::newRow("star.npz") << "it is a STAR model";
        QTest::newRow("motion.npz") << "it holds motion";
        QTest::newRow("bad_system.pkl") << "system\", which is nothing that a file of this kind needs";
        QTest::newRow("bad_unused_system.pkl") << "system\", which is nothing that a file of this kind needs";
        QTest::newRow("bad_eval.pkl") << "eval\", which is nothing that a file of this kind needs";
        QTest::newRow("bad_chumpy_sum.pkl") << "chumpy's \"sum\", which is not worked out here";
        QTest::newRow("bad_absurd_sparse.pkl") << "absurd shape";
        QTest::newRow("bad_short_array.pkl") << "bytes of data";
        QTest::newRow("bad_objects.pkl") << "Python objects";
        QTest::newRow("bad_not_finite.pkl") << "not finite";
        QTest::newRow("bad_list.pkl") << "holds a list of 3; a dictionary of arrays was expected";
        QTest::newRow("bad_self.pkl") << "holds a list of 1; a dictionary of arrays was expected";
        QTest::newRow("bad_many_lists.pkl") << "a dictionary of arrays was expected";
    }
    void whatIsNoBodyIsOneClearSentence() {
        QFETCH(QString, expected);
        const QString before = QDir::currentPath();
        QDir::setCurrent(directory_.path());
        const QString text = errorText([&] { loadBodyModel(dataFile(QTest::currentDataTag())); });
        QDir::setCurrent(before);
        QVERIFY2(text.contains(expected), qPrintable(text));
        QVERIFY2(text.contains(QTest::currentDataTag()), qPrintable(text));
        QVERIFY(!fs::exists(fs::path(directory_.path().toStdString()) / "executed"));
    }
    void starIsToldWhateverIsMissing() {
        for (const char* key : {"kintree_table", "weights", "f"}) {
            NpzArrays arrays = readNpz(dataFile("star.npz"));
            arrays.erase(key);
            const fs::path file = fs::path(directory_.path().toStdString()) / "model.npz";
            writeNpz(file, arrays);
            const QString text = errorText([&] { loadBodyModel(file); });
            QVERIFY2(text.contains("it is a STAR model"), qPrintable(text));
        }
    }
    void aLargePickleOpensFromItsCopyTheSecondTime() {
        const fs::path root = directory_.path().toStdString(), file = root / "SMPL_NEUTRAL.pkl";
        // A pickle above the size from which copies are kept: the tiny body with a long text that nobody asks for.
        std::string bytes = readWholeFile(dataFile("tiny_python3_p2.pkl"));
        const std::string filling(1 << 20, 'x');
        const std::uint32_t length = static_cast<std::uint32_t>(filling.size());
        bytes.insert(2, "X" + std::string(reinterpret_cast<const char*>(&length), 4) + filling + "0");
        test::writePlainFile(file, bytes);
        qputenv("XDG_CACHE_HOME", (root / "cache").string().c_str());
        const BodyModelData first = loadBodyModel(file)->data();
        finishCaching();
        const fs::path copies = root / "cache" / "hmr-studio" / "bodies";
        QCOMPARE(std::distance(fs::directory_iterator(copies), fs::directory_iterator()), 1);
        const BodyModelData second = loadBodyModel(file)->data();
        QCOMPARE(second.contentHash, first.contentHash);
        QVERIFY(second.templateVertices == first.templateVertices && second.poseDirections == first.poseDirections);
        QVERIFY(second.shapeDirections == first.shapeDirections && second.triangles == first.triangles && second.parents == first.parents);
        QVERIFY(Eigen::MatrixXf(second.jointRegressor) == Eigen::MatrixXf(first.jointRegressor));
        QVERIFY(Eigen::MatrixXf(second.skinWeights) == Eigen::MatrixXf(first.skinWeights));
        // A damaged copy is passed over, and another file of the name has no part in it.
        const fs::path copy = fs::directory_iterator(copies)->path();
        std::string damaged = readWholeFile(copy);
        test::writePlainFile(copy, damaged.substr(0, damaged.size() / 2));
        QCOMPARE(loadBodyModel(file)->data().contentHash, first.contentHash);
        finishCaching();
        test::writePlainFile(file, bytes.substr(0, bytes.size() / 2));
        QVERIFY(!errorText([&] { loadBodyModel(file); }).isEmpty());
        qunsetenv("XDG_CACHE_HOME");
    }
    void aFileBesideTheBodyNamesOtherPointsOfTheFace() {
        const fs::path file = fs::path(directory_.path().toStdString()) / "face.pkl";
        fs::copy_file(dataFile("tiny_hmr.pkl"), file);
        const BodyModelData own = loadBodyModel(file)->data();
        writeFacePoints(file, {{"nose", 3}, {"right_ear", 5}});
        const BodyModelData changed = loadBodyModel(file)->data();
        QCOMPARE(changed.landmarks.at("nose"), std::vector<std::uint32_t>{3});
        QCOMPARE(describeFacePoints(changed), "nose 3, right ear 5");
        QCOMPARE(changed.contentHash, own.contentHash);
        const Eigen::MatrixXf before = own.cocoPlusRegressor, after = changed.cocoPlusRegressor;
        QVERIFY(before.topRows(14) == after.topRows(14) && before.middleRows(15, 3) == after.middleRows(15, 3));
        QVERIFY(after.row(14) == Eigen::RowVectorXf::Unit(6, 3) && after.row(18) == Eigen::RowVectorXf::Unit(6, 5));
    }
    void badPointsOfTheFaceAreOneClearSentence_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("beyond the vertices") << QByteArray(R"({"face_points": {"nose": 6}})") << "\"nose\" is 6; a vertex from 0 to 5";
        QTest::newRow("negative") << QByteArray(R"({"face_points": {"nose": -1}})") << "\"nose\" is -1";
        QTest::newRow("half") << QByteArray(R"({"face_points": {"nose": 1.5}})") << "\"nose\" is 1.5";
        QTest::newRow("text") << QByteArray(R"({"face_points": {"nose": "1"}})") << "a vertex from 0 to 5";
        QTest::newRow("another point") << QByteArray(R"({"face_points": {"chin": 1}})") << "\"chin\" is no point of the face";
        QTest::newRow("another key") << QByteArray(R"({"face": {}})") << "the one entry \"face_points\"";
        QTest::newRow("a list") << QByteArray("[1]") << "the one entry \"face_points\"";
        QTest::newRow("no JSON") << QByteArray("{\"face_points\": ") << "the one entry \"face_points\"";
        QTest::newRow("empty") << QByteArray() << "the one entry \"face_points\"";
    }
    void badPointsOfTheFaceAreOneClearSentence() {
        QFETCH(QByteArray, text);
        QFETCH(QString, expected);
        const fs::path file = fs::path(directory_.path().toStdString()) / "bad_face.npz";
        fs::copy_file(dataFile("tiny.npz"), file, fs::copy_options::overwrite_existing);
        test::writePlainFile(facePointsFile(file), text.toStdString());
        const QString message = errorText([&] { loadBodyModel(file); });
        QVERIFY2(message.contains(expected) && message.contains("bad_face.npz.json"), qPrintable(message));
    }
    void cutFilesAreErrors() {
        const fs::path cut = fs::path(directory_.path().toStdString()) / "cut.pkl";
        for (const char* name : {"tiny_python2_p0.pkl", "tiny_python3_p4.pkl", "tiny_hmr.pkl"}) {
            const std::string whole = readWholeFile(dataFile(name));
            for (std::size_t size = 1; size < whole.size(); size += size < 1000 ? 7 : 1000) {
                test::writePlainFile(cut, whole.substr(0, size));
                QVERIFY(errorText([&] { loadBodyModel(cut); }).contains("cut.pkl"));
            }
        }
    }
};

HMR_TEST_CLASS(TestBodyKinds, "test_body_kinds")
#include "test_body_kinds.moc"
