// SPDX-License-Identifier: MIT
#include <zlib.h>

#include <QTemporaryDir>
#include <filesystem>
#include <fstream>

#include "body/error.h"
#include "formats/makehuman_assets.h"
#include "support/test_class.h"

using namespace hmr;
namespace fs = std::filesystem;

/// Reading MakeHuman's files: a tiny set of them, whole and damaged.
class TestMakehumanAssets : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;
    fs::path root_;

    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((root_ / name).parent_path());
        std::ofstream(root_ / name) << text;
    }
    void writeZipped(const std::string& name, const std::string& text) const {
        fs::create_directories((root_ / name).parent_path());
        gzFile file = gzopen((root_ / name).c_str(), "wb");
        gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
        gzclose(file);
    }
    QString complaint() const {
        try {
            readMakeHumanFigure(root_);
        } catch (const Error& error) {
            return error.what();
        }
        return {};
    }

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        root_ = folder_->path().toStdString();
        write("body/3dobjs/base.obj",
              "# a strip of two quads and one joint\nv 10 0 0\nv 10 10 0\nv 0 10 0\nv 0 0 0\nv -10 10 0\nv -10 0 0\nv "
              "1 2 3\nv 3 2 3\nv 3 4 3\nv 1 4 3\n"
              "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\ng body\nf 1/1 2/2 3/3 4/4\nf 4/4 3/3 5/2 6/1\ng joint-neck\nf 7/1 8/2 "
              "9/3 10/4\n");
        write("body/rigs/default_weights.mhw", R"({"weights": {"neck01": [[0, 0.5], [9, 1]], "foot.L": [[1, 0.25]]}})");
        write("body/mpfb2/hm08.mirror", "0 5 l\n1 4 l\n2 2 m\n3 3 m\n4 1 r\n5 0 r\n6 7 l\n7 6 r\n8 9 l\n9 8 r\n");
        writeZipped("body/targets/macrodetails/universal-male-young.target.gz",
                    "# comment\n0 .05 -3.46 -.393\n5 1 2 3\n");
        write("body/targets/macrodetails/height/male-minheight.target", "2 0 1 0\n");
        fs::create_directories(root_ / "body/targets/macrodetails/proportions");
        write("body/targets/breast/female-old.target", "");
        write("body/targets/breast/breast-trans-up.target", "1 1 1 1\n");
    }

    void readsWholeFiles() {
        const MakeHumanFigure figure = readMakeHumanFigure(root_);
        QCOMPARE(figure.vertices.rows(), Eigen::Index{10});
        QCOMPARE(figure.vertices(0, 0), 1.0);  // decimetres became metres
        QCOMPARE(figure.numSkinVertices, 6);
        QCOMPARE(figure.quads.size(), std::size_t{2});
        QCOMPARE(figure.jointCubes.at("neck"), (std::vector<std::uint32_t>{6, 7, 8, 9}));
        QCOMPARE(figure.boneWeights.at("foot.L").front().second, 0.25);
        QCOMPARE(figure.mirrorVertices[4], 1u);
        QCOMPARE(figure.targets.size(), std::size_t{3});
        QCOMPARE(figure.targets[0].name, std::string("female-old"));
        QCOMPARE(figure.targets[2].name, std::string("universal-male-young"));
        QCOMPARE(figure.targets[2].vertices, (std::vector<std::uint32_t>{0, 5}));
        QVERIFY(std::abs(figure.targets[2].offsets(0, 1) + 0.346f) < 1e-7f);
    }

    void namesWhatIsWrong_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        QTest::newRow("target vertex") << "body/targets/breast/female-old.target"
                                       << "10 0 0 0\n"
                                       << "does not exist";
        QTest::newRow("target cut") << "body/targets/breast/female-old.target"
                                    << "1 0 0\n"
                                    << "line 1";
        QTest::newRow("target words") << "body/targets/breast/female-old.target"
                                      << "1 0 x 0\n"
                                      << "a number was expected";
        QTest::newRow("mirror cut") << "body/mpfb2/hm08.mirror"
                                    << "0 5 l\n"
                                    << "mirror image of every vertex";
        QTest::newRow("mirror beyond") << "body/mpfb2/hm08.mirror"
                                       << "0 99 l\n"
                                       << "does not exist";
        QTest::newRow("weights text") << "body/rigs/default_weights.mhw"
                                      << "no json"
                                      << "no MakeHuman weights file";
        QTest::newRow("weights shape") << "body/rigs/default_weights.mhw"
                                       << R"({"weights": {"a": [["x"]]}})"
                                       << "[vertex, weight]";
        QTest::newRow("weights vertex") << "body/rigs/default_weights.mhw"
                                        << R"({"weights": {"a": [[10, 1]]}})"
                                        << "does not exist";
        QTest::newRow("triangle") << "body/3dobjs/base.obj"
                                  << "v 0 0 0\nvt 0 0\ng body\nf 1/1 1/1 1/1\n"
                                  << "four corners";
        QTest::newRow("no skin") << "body/3dobjs/base.obj"
                                 << "v 0 0 0\n"
                                 << "group 'body'";
        QTest::newRow("face beyond") << "body/3dobjs/base.obj"
                                     << "v 0 0 0\nvt 0 0\ng body\nf 1/1 2/1 3/1 4/1\n"
                                     << "does not exist";
    }
    void namesWhatIsWrong() {
        QFETCH(QString, file);
        QFETCH(QString, text);
        QFETCH(QString, expected);
        write(file.toStdString(), text.toStdString());
        QVERIFY2(complaint().contains(expected), qPrintable(complaint()));
        QVERIFY2(complaint().contains(file.section('/', -1)), qPrintable(complaint()));
    }

    void namesWhatIsMissing() {
        fs::remove(root_ / "body/mpfb2/hm08.mirror");
        QVERIFY2(complaint().contains("hm08.mirror"), qPrintable(complaint()));
        fs::remove_all(root_ / "body");
        QVERIFY2(complaint().contains("3dobjs/base.obj") && complaint().contains("--assets"), qPrintable(complaint()));
    }

    void damagedArchiveIsNoTarget() {
        const fs::path file = root_ / "body/targets/macrodetails/universal-male-young.target.gz";
        fs::resize_file(file, fs::file_size(file) - 6);
        QVERIFY2(complaint().contains("universal-male-young"), qPrintable(complaint()));
    }
};

HMR_TEST_CLASS(TestMakehumanAssets, "test_makehuman_assets")
#include "test_makehuman_assets.moc"
