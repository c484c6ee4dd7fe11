// SPDX-License-Identifier: MIT
#include <QDir>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>

#include "support/test_class.h"

namespace {

constexpr const char* kSource = HMR_RESOURCE_DIR "/..";

struct ScriptResult {
    int exitCode = -1;
    QString output, errors;
};

}  // namespace

/// run.sh and what it installs with, in a folder that looks like the repository, among programs that only write down how they were called.
class TestStart : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;

    QString path(const QString& name) const { return folder_->filePath(name); }

    void write(const QString& name, const QByteArray& text) const {
        QDir().mkpath(QFileInfo(path(name)).path());
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }
    /// A program of this name that appends its call to "calls" and then does `more`.
    void stub(const QString& name, const QByteArray& more = {}) const {
        write(name, "#!/bin/sh\necho \"$(basename \"$0\")\" \"$@\" >>'" + path("calls").toUtf8() + "'\n" + more + "\n");
    }
    QStringList calls() const {
        QFile file(path("calls"));
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()).split('\n', Qt::SkipEmptyParts) : QStringList();
    }
    QStringList callsOf(const QString& program) const { return calls().filter(QRegularExpression("^" + program + "( |$)")); }

    ScriptResult run(const QString& script, const QStringList& arguments = {}, const std::map<QString, QString>& variables = {}) const {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("PATH", path("programs") + ":" + environment.value("PATH"));
        for (const char* display : {"DISPLAY", "WAYLAND_DISPLAY"}) environment.remove(display);
        for (const auto& [name, value] : variables) environment.insert(name, value);
        process.setProcessEnvironment(environment);
        process.setWorkingDirectory(path("work"));
        process.start(path(script), arguments);
        process.waitForFinished(120000);
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1, QString::fromUtf8(process.readAllStandardOutput()),
                QString::fromUtf8(process.readAllStandardError())};
    }

    /// All packages are there but these, and the user is root or not.
    void setSystem(const QByteArray& missing, bool isRoot) const {
        stub("programs/dpkg-query", "for package; do :; done\ncase \" " + missing + " \" in *\" $package \"*) exit 1 ;; esac\nprintf 'install ok installed'");
        stub("programs/id", isRoot ? "echo 0" : "echo 1000");
    }

private Q_SLOTS:
    void init() {
        folder_ = std::make_unique<QTemporaryDir>();
        QDir().mkpath(path("work"));
        QDir().mkpath(path("packaging"));
        for (const char* name : {"run.sh", "packaging/install-packages.sh"}) QVERIFY(QFile::copy(QString(kSource) + "/" + name, path(name)));
        setSystem("", false);
        stub("programs/apt-get");
        stub("programs/cmake");
        stub("programs/ninja", "echo 'ninja: no work to do.'");
        write("build/release/build.ninja", "");
        stub("build/release/bin/hmr");
        stub("build/release/bin/hmr-studio");
    }

    void withoutRootItPrintsTheCommand() {
        setSystem("libtorch-dev libzip-dev", false);
        const ScriptResult result = run("run.sh");
        QCOMPARE(result.exitCode, 2);
        QVERIFY2(result.errors.contains("\n  sudo apt-get update && sudo apt-get install --no-install-recommends libtorch-dev libzip-dev\n"), qPrintable(result.errors));
        for (const char* program : {"apt-get", "cmake", "ninja", "hmr", "hmr-studio"}) QVERIFY2(callsOf(program).isEmpty(), program);
    }

    void withRootItInstallsWhatIsMissingAlone() {
        setSystem("libtorch-dev libzip-dev", true);
        const ScriptResult result = run("run.sh", {"photo.jpg"});
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        QCOMPARE(callsOf("apt-get"), (QStringList{"apt-get update -qq", "apt-get install -y -qq --no-install-recommends libtorch-dev libzip-dev"}));
        QCOMPARE(callsOf("hmr").size(), 1);
    }

    void whatIsThereIsNotInstalledAgain() {
        QCOMPARE(run("run.sh", {"photo.jpg"}).exitCode, 0);
        QVERIFY(callsOf("apt-get").isEmpty());
        QVERIFY(callsOf("id").isEmpty());
    }

    void testsNeedMore() {
        setSystem("xvfb", false);
        QCOMPARE(run("packaging/install-packages.sh").exitCode, 0);
        const ScriptResult result = run("packaging/install-packages.sh", {"test"});
        QCOMPARE(result.exitCode, 2);
        QVERIFY2(result.errors.endsWith("--no-install-recommends xvfb\n"), qPrintable(result.errors));
    }

    void itConfiguresOnceAndBuildsWhatHasChanged() {
        QVERIFY(QFile::remove(path("build/release/build.ninja")));
        stub("programs/ninja", "echo '[1/2] Building'");
        QCOMPARE(run("run.sh", {"photo.jpg"}).exitCode, 0);
        const QStringList made = callsOf("cmake");
        QCOMPARE(made.size(), 2);
        QVERIFY2(made[0].contains("--preset release"), qPrintable(made[0]));
        QVERIFY2(made[1].contains("--build") && made[1].contains("hmr hmr-studio"), qPrintable(made[1]));
        // A second start does neither.
        write("build/release/build.ninja", "");
        stub("programs/ninja", "echo 'ninja: no work to do.'");
        QCOMPARE(run("run.sh", {"photo.jpg"}).exitCode, 0);
        QCOMPARE(callsOf("cmake"), made);
    }

    void aFailedBuildStartsNothing() {
        stub("programs/ninja", "echo '[1/2] Building'");
        stub("programs/cmake", "exit 1");
        const ScriptResult result = run("run.sh", {"photo.jpg"});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(result.errors.contains("the build failed"), qPrintable(result.errors));
        QVERIFY(callsOf("hmr").isEmpty() && callsOf("hmr-studio").isEmpty());
    }

    void theWindowOpensWhereThereIsADisplay_data() {
        QTest::addColumn<QString>("variable");
        QTest::addColumn<QString>("value");
        QTest::addColumn<bool>("isThere");
        QTest::newRow("Wayland") << "WAYLAND_DISPLAY" << "wayland-0" << true;
        QTest::newRow("X of another machine") << "DISPLAY" << "desk:0" << true;
        QTest::newRow("X of this one that is gone") << "DISPLAY" << ":98765.0" << false;
        QTest::newRow("none") << "DISPLAY" << "" << false;
    }
    void theWindowOpensWhereThereIsADisplay() {
        QFETCH(QString, variable);
        QFETCH(QString, value);
        QFETCH(bool, isThere);
        const ScriptResult result = run("run.sh", {"a photo.jpg", "clip.mp4"}, {{variable, value}});
        QCOMPARE(result.exitCode, 0);
        if (isThere) {
            QCOMPARE(callsOf("hmr-studio"), QStringList{"hmr-studio a photo.jpg clip.mp4"});
            QVERIFY(callsOf("hmr").isEmpty());
        } else {
            QVERIFY(callsOf("hmr-studio").isEmpty());
            QCOMPARE(callsOf("hmr"), QStringList{"hmr run a photo.jpg clip.mp4 -o out --export obj,fbx,glb,json"});
            QVERIFY2(result.output.contains("There is no display"), qPrintable(result.output));
        }
    }

    void withoutADisplayTheJobIsDoneOnTheCommandLine() {
        write("build/release/bin/hmr", "#!/bin/sh\nexec " HMR_BINARY_DIR "/hmr \"$@\"\n");
        QDir().mkpath(path("resources/samples"));
        QVERIFY(QFile::copy(HMR_RESOURCE_DIR "/samples/standing.jpg", path("resources/samples/standing.jpg")));
        const ScriptResult result = run("run.sh");  // of no file: on the samples
        QVERIFY2(result.exitCode == 0, qPrintable(result.errors));
        for (const char* name : {"out/standing.overlay.png", "out/standing.json", "out/standing.0.obj", "out/standing.0.fbx", "out/standing.0.glb"}) {
            QVERIFY2(QFile::exists(path("work/") + name), name);
            QVERIFY2(result.output.contains(name), qPrintable(result.output));  // it says what it wrote
        }
        const QImage overlay(path("work/out/standing.overlay.png")), picture(path("resources/samples/standing.jpg"));
        QCOMPARE(overlay.size(), picture.size());
        QVERIFY(overlay.convertToFormat(QImage::Format_RGB32) != picture.convertToFormat(QImage::Format_RGB32));
    }
};

HMR_TEST_CLASS(TestStart, "test_start")
#include "test_start.moc"
