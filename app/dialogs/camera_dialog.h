// SPDX-License-Identifier: MIT
#pragma once
#include <QDialog>

class QLineEdit;
class QListWidget;

namespace hmr {

/// Chooses a camera of this machine or the address of a stream.
class CameraDialog : public QDialog {
    Q_OBJECT
public:
    explicit CameraDialog(QWidget* parent = nullptr);
    /// What openSource takes; empty if nothing was chosen.
    QString source() const;

private:
    QListWidget* cameras_;
    QLineEdit* stream_;
};

}  // namespace hmr
