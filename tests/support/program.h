// SPDX-License-Identifier: MIT
#pragma once
#include <QProcess>
#include <QString>
#include <QStringList>
#include <functional>

namespace hmr::test {

/// What a run of the command line answered.
struct ProgramResult {
    int exitCode = -1;
    QString output, errors;
};

/// Runs the built `hmr` with these arguments to its end (at most two minutes). `before` is called in the new process.
inline ProgramResult runHmr(const QStringList& arguments, const QString& workingFolder = {}, const std::function<void()>& before = {}) {
    QProcess process;
    process.setChildProcessModifier(before);
    if (!workingFolder.isEmpty()) process.setWorkingDirectory(workingFolder);
    process.start(QStringLiteral(HMR_BINARY_DIR "/hmr"), arguments);
    process.waitForFinished(120000);
    const bool hasEnded = process.exitStatus() == QProcess::NormalExit && process.state() == QProcess::NotRunning;
    return {hasEnded ? process.exitCode() : -1, QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

}  // namespace hmr::test
