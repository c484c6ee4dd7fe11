// SPDX-License-Identifier: MIT
#pragma once
#include <QTreeWidget>
#include <vector>

class QDoubleSpinBox;

namespace hmr {

/// How strongly each joint is smoothed: a row a part of the body, which sets all of its joints, and their own rows under it.
class SmoothingStrengths : public QTreeWidget {
    Q_OBJECT
public:
    explicit SmoothingStrengths(QWidget* parent = nullptr);
    /// [24] strengths by joint, times the window's length.
    std::vector<double> jointStrength() const;

private:
    struct Part {
        QDoubleSpinBox* field;
        std::vector<int> joints;
    };
    QDoubleSpinBox* addRow(QTreeWidgetItem* item, const QString& label, const QString& name);
    void showPart(const Part& part) const;

    std::vector<QDoubleSpinBox*> joints_;  ///< [24]
};

}  // namespace hmr
