// SPDX-License-Identifier: MIT
#pragma once
#include <QDialog>

#include "app/work/recovery_engine.h"

class QComboBox;
class QLineEdit;
class QSpinBox;

namespace hmr {

/// Body model, weights, people detector and threads.
class PreferencesDialog : public QDialog {
    Q_OBJECT
public:
    explicit PreferencesDialog(const ModelSettings& settings, QWidget* parent = nullptr);
    ModelSettings settings() const;

private:
    QWidget* fileRow(QLineEdit* edit, const QString& name, const QString& title, const QString& filter);

    QLineEdit *body_, *weights_, *detectorFile_;
    QComboBox* detector_;
    QSpinBox *threads_, *smoothing_;
};

}  // namespace hmr
