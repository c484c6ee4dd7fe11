// SPDX-License-Identifier: MIT
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "formats/fbx_file.h"
#include "formats/motion/take_file.h"
#include "formats/npz.h"
#include "formats/scene_file.h"
#include "support/figures.h"
#include "support/test_class.h"
#include "support/walking_take.h"

using namespace hmr;
namespace fs = std::filesystem;

/// Blender, when it is installed, shows what was exported: upright, in metres, posed by the armature.
class TestBlenderImport : public QObject {
    Q_OBJECT
    QTemporaryDir directory_;

private Q_SLOTS:
    void blenderShowsTheFigures_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("numPeople");
        for (const char* format : {"fbx", "glb", "obj"})
            for (const int numPeople : {1, 2}) QTest::addRow("%s, %d people", format, numPeople) << format << numPeople;
    }
    void blenderShowsTheFigures() {
        QFETCH(QString, format);
        QFETCH(int, numPeople);
        const QString blender = QStandardPaths::findExecutable("blender");
        if (blender.isEmpty()) QSKIP("Blender is not installed");
        std::vector<Figure> figures = test::twoFigures(*test::SmallBody::model());
        figures.resize(static_cast<std::size_t>(numPeople));
        std::vector<float> posed;
        for (const Figure& figure : figures)
            posed.insert(posed.end(), figure.posedVertices.data(), figure.posedVertices.data() + figure.posedVertices.size());

        const fs::path folder = directory_.path().toStdString(), file = folder / ("my body 人." + format.toStdString());
        writeNpz(folder / "expected.npz", {{"posed", NdArray::from(posed, {posed.size() / 3, 3})}});
        if (format == "fbx") writeFbx(file, figures);
        else if (format == "glb") writeGlb(file, figures);
        else writeObj(file, figures);

        const fs::path script = fs::path(HMR_TEST_DATA).parent_path().parent_path() / "packaging" / "check_export_in_blender.py";
        const int numJoints = format == "obj" ? 0 : 24 * numPeople;
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(blender, {"-b", "--factory-startup", "--python-exit-code", "1", "-P", QString::fromStdString(script.string()), "--",
                                QString::fromStdString(file.string()), QString::fromStdString((folder / "expected.npz").string()), "--joints",
                                QString::number(numJoints)});
        QVERIFY(process.waitForFinished(200'000));
        const QByteArray output = process.readAll();
        QVERIFY2(process.exitCode() == 0 && output.contains("good: "), output.constData());
    }
    void theReceiverMovesAnArmature_data() {
        QTest::addColumn<QString>("preset");
        QTest::addColumn<QString>("extension");
        QTest::newRow("SMPL") << "blender" << "glb";
        QTest::newRow("humanoid") << "unity" << "fbx";
        QTest::newRow("Unreal") << "unreal" << "fbx";
        QTest::newRow("Mixamo") << "mixamo" << "fbx";
    }
    /// `hmr run` streams the sample video, by VMC and as JSON, to the add-on in `packaging/blender`.
    void theReceiverMovesAnArmature() {
        QFETCH(QString, preset);
        QFETCH(QString, extension);
        const QString blender = QStandardPaths::findExecutable("blender");
        if (blender.isEmpty()) QSKIP("Blender is not installed");
        const fs::path root = fs::path(HMR_TEST_DATA).parent_path().parent_path(), file = directory_.path().toStdString() + "/" + (preset + "." + extension).toStdString();
        MotionExportSettings settings;
        settings.preset = &exportPreset(preset.toStdString());
        exportTake(file, motionFormatOf(file).format, *test::SmallBody::model(), test::walkingTake(1, 3), settings, false);
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(blender, {"-b", "--factory-startup", "--python-exit-code", "1", "-P",
                                QString::fromStdString((root / "packaging" / "check_receiver_in_blender.py").string()), "--", HMR_BINARY_DIR "/hmr",
                                QString::fromStdString((root / "resources" / "samples" / "walking.mp4").string()), QString::fromStdString(file.string())});
        QVERIFY(process.waitForFinished(200'000));
        const QByteArray output = process.readAll();
        QVERIFY2(process.exitCode() == 0 && output.contains("good: vmc") && output.contains("good: json"), output.constData());
    }
};

HMR_TEST_CLASS(TestBlenderImport, "test_blender_import")
#include "test_blender_import.moc"
