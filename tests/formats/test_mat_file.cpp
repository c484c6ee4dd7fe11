// SPDX-License-Identifier: MIT
#include <QTemporaryDir>

#ifdef HMR_WITH_MATIO
#include <matio.h>
#endif

#include "formats/atomic_file.h"
#include "formats/mat_file.h"
#include "support/error_text.h"
#include "support/test_class.h"

namespace hmr::test {

/// The files are SciPy's (tests/data/datasets/make_mat_files.py).
class TestMatFile : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    const std::filesystem::path data_ = HMR_TEST_DATA "/datasets";

private Q_SLOTS:
    void initTestCase() {
        if (!canReadMatFiles()) QSKIP("this build has no libmatio");
    }

    void arraysKeepMatlabsOrder() {
        const MatValue joints = readMatVariable(data_ / "lsp_joints.mat", "joints");
        QCOMPARE(joints.shape(), (std::vector<std::size_t>{3, 14, 4}));
        const std::vector<double> numbers = joints.numbers();
        QCOMPARE(numbers.size(), std::size_t{3 * 14 * 4});
        QCOMPARE(numbers[0 + 3 * (5 + 14 * 2)], 25.0);  // x of joint 5 of person 2
        QCOMPARE(numbers[1 + 3 * (5 + 14 * 2)], 45.0);
    }

    void structuresCellsAndTextAreReached() {
        const MatValue release = readMatVariable(data_ / "mpii_human_pose_v1_u12_1.mat", "RELEASE");
        const MatValue pictures = release.field("annolist");
        QCOMPARE(pictures.count(), std::size_t{2});
        QCOMPARE(pictures.field("image", 1).field("name").text(), std::string("b.png"));
        const MatValue points = pictures.field("annorect", 0).field("annopoints", 0).field("point");
        QCOMPARE(points.count(), std::size_t{15});
        QCOMPARE(points.field("is_visible", 0).number(), 1.0);  // text "1"
        QCOMPARE(points.field("is_visible", 1).count(), std::size_t{0});
        QCOMPARE(pictures.field("annorect", 1).count(), std::size_t{0});
        const MatValue cells = readMatVariable(data_ / "3dhp_annot.mat", "annot2");
        QCOMPARE(cells.count(), std::size_t{14});
        QCOMPARE(cells.cell(13).shape(), (std::vector<std::size_t>{3, 56}));
    }

    void mistakesNameFileAndVariable() {
        const auto names = [](const QString& error, const char* what) { return error.contains(".mat") && error.contains(what); };
        QVERIFY(names(errorText([&] { readMatVariable(data_ / "lsp_joints.mat", "points"); }), "points"));
        QVERIFY(errorText([&] { readMatVariable(data_ / "absent.mat", "joints"); }).contains("no such file"));
        const MatValue joints = readMatVariable(data_ / "lsp_joints.mat", "joints");
        QVERIFY(names(errorText([&] { joints.field("x"); }), "\"x\""));
        QVERIFY(names(errorText([&] { joints.cell(0); }), "cells"));
        QVERIFY(names(errorText([&] { joints.text(); }), "text"));
        QVERIFY(names(errorText([&] { joints.number(); }), "one number"));
        const MatValue cells = readMatVariable(data_ / "3dhp_annot.mat", "annot2");
        QVERIFY(names(errorText([&] { cells.cell(14); }), "15 of 14"));
        QVERIFY(names(errorText([&] { cells.numbers(); }), "real numbers"));
        const std::filesystem::path cut = folder_.filePath("cut.mat").toStdString();
        writeWholeFile(cut, "MATLAB 5.0 MAT-file, but not really");
        QVERIFY(!errorText([&] { readMatVariable(cut, "joints"); }).isEmpty());
        writeWholeFile(cut, readWholeFile(data_ / "lsp_joints.mat").substr(0, 200));
        QVERIFY(!errorText([&] { readMatVariable(cut, "joints").numbers(); }).isEmpty());
        QVERIFY(names(errorText([&] { readMatVariable(data_ / "no_class.mat", "joints"); }), "no class of MATLAB's"));
    }

#ifdef HMR_WITH_MATIO
    /// MPI-INF-3DHP's test annotations come as HDF5.
    void version73IsRead() {
        const std::string file = folder_.filePath("hdf5.mat").toStdString();
        mat_t* mat = Mat_CreateVer(file.c_str(), nullptr, MAT_FT_MAT73);
        if (!mat) QSKIP("libmatio was built without HDF5");
        double values[] = {1, 2, 3, 4, 5, 6};
        std::size_t shape[] = {2, 1, 3};
        matvar_t* variable = Mat_VarCreate("annot2", MAT_C_DOUBLE, MAT_T_DOUBLE, 3, shape, values, MAT_F_DONT_COPY_DATA);
        QCOMPARE(Mat_VarWrite(mat, variable, MAT_COMPRESSION_NONE), 0);
        Mat_VarFree(variable);
        Mat_Close(mat);
        const MatValue read = readMatVariable(file, "annot2");
        QCOMPARE(read.shape(), (std::vector<std::size_t>{2, 1, 3}));
        QCOMPARE(read.numbers(), (std::vector<double>{1, 2, 3, 4, 5, 6}));
    }
#endif
};

HMR_TEST_CLASS(TestMatFile, "test_mat_file")

}  // namespace hmr::test

#include "test_mat_file.moc"
