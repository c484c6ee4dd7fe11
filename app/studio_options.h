// SPDX-License-Identifier: MIT
#pragma once
#include <QString>
#include <QStringList>

#include "app/work/recovery_engine.h"

class QSettings;

namespace hmr {

/// What hmr-studio was started with; models that were not named come from the preferences.
struct StudioOptions {
    QStringList files;
    QString screenshot;    ///< file for a picture of the window after the first result, then quit; empty: stay
    bool opensSample = true;  ///< show the shipped sample when there are no files
    QString autosaveFolder;   ///< for copies of the work; empty: the user's data folder
    ModelSettings models;
};

/// Reads the command line (--help and --version end the program) and the preferences.
StudioOptions parseCommandLine(const QStringList& arguments);

/// The models chosen in the preferences.
ModelSettings loadModelSettings();
void saveModelSettings(const ModelSettings& settings);

/// The shipped picture that a window without anything to open shows; empty when it is missing.
QString firstSample();

}  // namespace hmr
