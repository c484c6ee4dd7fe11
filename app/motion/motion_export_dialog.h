// SPDX-License-Identifier: MIT
#pragma once
#include <QDialog>
#include <memory>

#include "app/work/background_task.h"
#include "body/body_model.h"
#include "formats/motion/take_file.h"

class QComboBox;
class QCheckBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace hmr {

/// Chooses format, preset, people and place of a motion export (a scene, a table, the overlay video, transparent pictures) and writes
/// it with progress; stopping leaves nothing.
class MotionExportDialog : public QDialog {
    Q_OBJECT
public:
    MotionExportDialog(std::shared_ptr<const BodyModel> body, Take take, FrameRange range, int selectedPerson, const QString& folder, const QString& name,
                       QWidget* parent = nullptr);

Q_SIGNALS:
    void exported(const QString& file, const QString& warning);  ///< a warning of what was written, mostly empty

private:
    void takeFormat();
    void nameFile();
    void chooseFile();
    void writeOrAsk();
    void write();

    std::shared_ptr<const BodyModel> body_;
    Take take_;
    FrameRange range_;
    int selectedPerson_;
    QComboBox *format_, *preset_, *people_, *root_;
    QCheckBox* onlyRange_;
    QLineEdit* file_;
    QString chosen_;  ///< in the file dialog
    std::shared_ptr<QString> warning_;  ///< of the export that was started last
    QProgressBar* progress_;
    QLabel* message_;
    QPushButton *export_, *cancel_;
    BackgroundTask task_;
};

}  // namespace hmr
